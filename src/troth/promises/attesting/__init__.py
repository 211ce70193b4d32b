"""Attestations: what no program can see, said by a person, reviewed by another, for a time.

Guarantees: whoever reviews is another account than whoever attested, by the action and by the database; statement and
document are sealed; nothing is ever changed or removed, a mistake is withdrawn with its reason; only the operator has
any; a row that the log does not bear out does not count.
"""
