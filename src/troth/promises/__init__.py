"""Controls, their evidence, and the state of every promise.

Guarantees: a state is derived from sealed evidence by one pure function (`troth_judge.state`) and typed by nobody; an
error, a silence and an empty sample are never kept.
"""
