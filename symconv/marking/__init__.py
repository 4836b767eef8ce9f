"""Marking: what submissions get for an exercise, and the words that go with it."""
