"""What a claim and the equations of its network say, as sums of terms."""
