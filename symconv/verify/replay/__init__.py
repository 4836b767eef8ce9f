"""Derivations read from their JSON form, and every step of them checked again."""
