"""What runs in the Python of the page, and what is run in it when the site is built."""
