"""The app of a deployment: how the probe's route gets into it and is reached."""
