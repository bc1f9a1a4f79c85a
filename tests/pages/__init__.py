"""Pages of the documentation that are made of data, and what makes them."""
