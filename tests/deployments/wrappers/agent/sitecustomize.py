"""What an agent runs when Python starts; it runs no other ``sitecustomize``."""
