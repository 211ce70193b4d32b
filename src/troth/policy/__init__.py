"""What the operator said: packs of clauses, their versions for ever, agreements, and the terms they oblige us to.

Guarantees: terms are resolved by intersection alone, so that another obligation never loosens anything; terms that
contradict each other are never activated. Whether what was said holds is another layer's question (`promises`).
"""
