"""The public trust page: every promise in its own words, whether it holds now, every miss, and how to check it."""
