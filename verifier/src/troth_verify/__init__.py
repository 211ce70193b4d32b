"""Offline verifier of what a Troth installation exports. It shares no code with the server and trusts nothing it says."""
