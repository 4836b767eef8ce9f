"""Naming a mistake: one file for each way in which a claim goes wrong."""
