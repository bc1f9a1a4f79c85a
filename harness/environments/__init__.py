"""How environments come about, and how they are measured side by side."""
