"""Troth: holds other companies' customer data and keeps the policy its operator published."""
