"""What tests of promises share."""

from tests.promises.stage import stage

__all__ = ["stage"]
