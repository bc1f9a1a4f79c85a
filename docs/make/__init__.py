"""What writes the pages of the documentation that are made of data."""
