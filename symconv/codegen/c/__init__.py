"""The C style: both passes as one C99 file without malloc, a header, and a face in Python."""
