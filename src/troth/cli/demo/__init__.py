"""The demonstration: a real dataset, a synthetic person for each of its rows, and the main job run on them.

Guarantee: nothing in it is a real person's identity, and it writes only into an installation folder of its own.
"""
