"""Every record and word of the project; imports nothing of ours.

The words are those of the README's glossary. Records are frozen, take keywords only
and refuse unknown keys when read. *Evidence* is what was seen, without an opinion;
a *report* is evidence and the findings that were made of it. Each name is imported from
the file that has it.
"""
