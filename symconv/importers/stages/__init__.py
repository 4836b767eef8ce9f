"""From the operations of a model to the stages of a network text."""
