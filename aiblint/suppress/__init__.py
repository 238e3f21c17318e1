"""Exceptions that people make: what they write, where it holds, what it silences, and what it does not."""
