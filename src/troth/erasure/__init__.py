"""The erasure domain."""
