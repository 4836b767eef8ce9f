"""Assistants: what a program that is asked "am I right?" may call, with schemas and budgets."""
