"""The sections of reports: what is said, once, for all pens."""
