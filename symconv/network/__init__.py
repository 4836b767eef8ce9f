"""A network as a person writes it, and the program that it means."""
