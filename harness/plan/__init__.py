"""From a catalog and a selection to a plan. Reads the catalog's files; nothing else."""
