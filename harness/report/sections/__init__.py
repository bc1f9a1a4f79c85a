"""What a report says, once; the pens write it."""
