"""What every form does to compute each of the three tensors of a contraction, counted."""
