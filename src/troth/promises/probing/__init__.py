"""What the controls look with: canaries to try the forbidden on, hands to try it, eyes for what must not be there."""
