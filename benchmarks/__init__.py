"""Speed and size against the physical limit of the same machine in the same run: always a ratio, never a timed test.

`python -m benchmarks` (`make bench`) runs all of them and writes `benchmarks/RESULTS.md`; with a name, only that one.
Each module has `run(scale: float) -> list[Row]`: the table shows scale 1.0; the tests try 0.02 for soundness.
"""
