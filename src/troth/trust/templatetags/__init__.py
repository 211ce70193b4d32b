"""Tags of the trust page's templates; the console's pages use them too."""
