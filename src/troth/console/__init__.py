"""The pages for the operator's staff and for customers' people.

Guarantees: a page is one straight walk (session, gate, a domain's query or action, template) and holds no rule of
its own; every refusal is recorded and looks the same for "not there" and "not yours"; no personal data stands in an
address, a title or a log; no page asks anything of another host; everything but a live progress works without
JavaScript; every word exists in English and French.
"""
