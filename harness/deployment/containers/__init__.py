"""Deployments in containers, started without touching anything of the user's."""
