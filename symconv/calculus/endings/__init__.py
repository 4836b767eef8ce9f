"""How textbooks end a derivation: short names for what repeats, and one factor in front."""
