"""Derivations as pages: what stands on them, in which words and markup."""
