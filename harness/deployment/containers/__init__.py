"""Deployments in containers: started so that nothing of the user's is touched."""
