"""The control plane's endpoints, one module for each kind of thing. Each asks the gate, then calls one action or query."""
