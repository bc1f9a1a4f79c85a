"""What a report says, and the *pens* that write it: one for each output format."""
