"""What every part of the room knows: rows, marks, passages, placed verdicts, reports."""
