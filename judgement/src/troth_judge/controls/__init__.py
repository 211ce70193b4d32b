"""One module for each coded control: its facts, judge and words. `troth_judge.judges` lists them, and their shape."""
