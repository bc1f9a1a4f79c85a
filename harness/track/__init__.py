"""A configuration release by release."""
