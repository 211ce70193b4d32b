"""The control plane's endpoints, a module for each kind of thing. Each asks the gate, then calls one function."""
