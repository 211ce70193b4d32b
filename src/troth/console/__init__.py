"""The console domain."""
