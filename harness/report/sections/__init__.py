"""The sections of reports: what a report says, written once for all pens."""
