"""How fast aiblint is, against a bare interpreter: `python -m bench`."""
