"""The packs that come with Troth, and the template of an operator's own."""

from importlib.resources import files
from typing import Final

NAMES: Final = ("agency", "cloud", "network", "campaigns", "contracts")
TEMPLATE: Final = "template"


def text(name: str) -> bytes:
    """The text of a shipped pack, or of the template. Raises KeyError for any other name."""
    if name not in {*NAMES, TEMPLATE}:
        raise KeyError(name)
    return (files("troth.policy") / "packs" / f"{name}.yaml").read_bytes()
