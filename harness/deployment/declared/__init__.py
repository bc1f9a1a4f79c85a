"""What a command declares: how many requests at once its server promises."""
