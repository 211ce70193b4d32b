"""Migrations of attestations."""
