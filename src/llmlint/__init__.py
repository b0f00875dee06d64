"""llmlint: finds what will hurt in production in Python code that calls LLMs."""

__version__ = "0.1.0"
