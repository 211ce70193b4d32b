"""The tables of evidence, intervals and exceptions."""
