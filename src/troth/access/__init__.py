"""Who may come in, and what they may do: accounts, sign-in, sessions, API keys, and the gate that issues permits.

Guarantees: what the table in `roles` does not allow is refused; a `Permit` comes from the gate alone; a password, a
session id, an enrolment link or an API key is stored as a digest only; a mail address is stored sealed; whoever is
refused at sign-in learns nothing about which accounts exist, by answer or by time; another customer looks like none.
"""
