"""What C code is written from: sizes as numbers, places as affine forms, identifiers."""
