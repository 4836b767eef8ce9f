"""Frozen data that every other room reads: no algorithms live here."""
