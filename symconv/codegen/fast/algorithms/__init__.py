"""The ways of computing a contraction: what each does, counted, for each of its tensors."""
