"""A mistake or a rule in words, with an example that is computed."""

from __future__ import annotations

from .topics import Topic, explain_name, list_topics

__all__ = ["Topic", "explain_name", "list_topics"]
