"""Readings: one small file for each notation that has several meanings."""
