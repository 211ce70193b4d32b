"""The vault domain."""
