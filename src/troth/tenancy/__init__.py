"""Customers: the companies whose data is held, and the operator, who is one of them in keys and log.

Guarantees: a customer exists together with its keys and the first entry of its log, or not at all; its state only moves
active → closing → active | erased; a list of customers is read through one named door and by staff alone.
"""
