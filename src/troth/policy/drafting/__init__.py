"""A written policy becomes the draft of a pack, which a person then confirms.

Guarantees: nothing leaves the machine; the same text gives the same draft; every proposal says where in the text it
stands and which words led to it; a draft activates nothing, and nothing in it counts as confirmed.
"""
