"""How findings look: in a terminal, in a job summary. Pure but for printing."""
