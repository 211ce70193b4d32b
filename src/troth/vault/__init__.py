"""Datasets and their records: what customers entrust to us, sealed per person.

Guarantees (clauses A-5b, C-1.1a, C-1.2a, N-4.1c): every field that is not declared `plain` is stored only inside one
sealed blob under its subject's own key; a person is found again only through keyed digests; nothing here can be
called without a permit; every read and write leaves its audit row in its own transaction.
"""
