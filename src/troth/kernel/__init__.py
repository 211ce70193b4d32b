"""What every other part stands on: the clock, ids, the actor, errors, database roles and the wall's context.

Guarantees: a customer's context lives no longer than its transaction; ids sort by the time of their making;
every error carries a stable code and the next step. It holds nothing of the product itself.
"""
