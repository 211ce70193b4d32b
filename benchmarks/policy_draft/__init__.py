"""How well `troth policy draft` reads five real policies, each scored with its own pack left out.

The policies stay outside the repository: `--policies` (or TROTH_POLICIES) names their folder. Here are only labels,
which are positions and clause ids, and the SHA-256 of the text that they point into.
"""
