"""Every control that a pack can cite: the explicit list."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from troth.promises.control import Control
from troth_judge.judges import CODED


def _coded() -> tuple[Control, ...]:
    found = []
    for name in CODED:
        path = f"troth.promises.controls.{name}"
        if find_spec(path) is not None:
            found.append(import_module(path).CONTROL)
    return tuple(found)


def _others(module: str) -> tuple[Control, ...]:
    path = f"troth.promises.{module}"
    return tuple(import_module(path).CONTROLS) if find_spec(path) is not None else ()


CONTROLS: tuple[Control, ...] = (*_coded(), *_others("attested"), *_others("planned"))
"""Coded (`controls/<id>.py`), attested (`attested.CONTROLS`, one per topic) and planned (`planned.CONTROLS`)."""

_BY_ID: Mapping[str, Control] = {control.id: control for control in CONTROLS}


def by_id(control_id: str) -> Control | None:
    """Return the control with this id."""
    return _BY_ID.get(control_id)
