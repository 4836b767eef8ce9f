"""The rules that bring a sum of terms to its normal form."""
