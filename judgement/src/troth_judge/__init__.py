"""What sealed facts mean: pure judgement, the same for the server that shows it and for the auditor who repeats it.

Guarantees: no input but its arguments, no clock, no file, no network; the standard library alone.
"""
