"""What evidence means, alone and beside other evidence, and whether that passes."""
