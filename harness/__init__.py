"""How many requests does a Flask deployment really handle at the same time?"""

__version__ = "0.1.0"
