"""What a report says, and the pens that write it; computes no finding."""
