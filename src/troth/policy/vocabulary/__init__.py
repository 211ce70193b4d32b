"""Every term that a policy can name, one module for each domain; `words.VOCABULARY` lists them all.

Guarantees: names are permanent; each term is named by at least one clause of the packs that ship with Troth.
"""
