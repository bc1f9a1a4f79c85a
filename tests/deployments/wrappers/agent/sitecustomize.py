"""What an agent runs when Python starts. It runs no other ``sitecustomize``."""
