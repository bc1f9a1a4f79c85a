"""The only room that knows GitHub: the action and the workflows."""
