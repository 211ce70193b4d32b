"""Erasure of one person or of a whole customer, in resumable steps, proven by a signed certificate.

Guarantees: what is to be erased is invisible to every reader and writer from the freeze on; its keys are destroyed
before its rows; every step can be killed at any instant and resumed; no certificate is issued before the keys are dead
in every process, a scan of every table and store named in `plan` found nothing, and the entry that says so is sealed
in the log.
"""
