"""One module for each coded control: what it observes and its `CONTROL`. `troth.promises.catalogue` lists them."""
