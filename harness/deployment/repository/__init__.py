"""What the files of a repository declare, without a server or a network."""
