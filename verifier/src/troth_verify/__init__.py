"""Offline verifier of what a Troth installation exports. Shares no code with the server; trusts nothing it says."""
