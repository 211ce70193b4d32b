"""What tests of promises share."""

from tests.promises.attesting import register
from tests.promises.stage import stage

__all__ = ["register", "stage"]
