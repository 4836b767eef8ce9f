"""What leaves the program: files, written all or none, and the templates of their layout."""
