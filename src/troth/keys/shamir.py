"""Shamir's secret sharing over GF(256), byte by byte: any M of N shares give the secret, fewer say nothing about it.

The field is that of AES (x⁸ + x⁴ + x³ + x + 1); the secret is the polynomial's value at 0, share i its value at i.
Not constant-time: it runs on the operator's own machine, rarely. Format: docs/formats/keys.md.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from troth.keys.errors import BadShare

MOST_SHARES: Final = 255
_POLYNOMIAL: Final = 0x11B
_GENERATOR: Final = 3


def _tables() -> tuple[bytes, bytes]:
    exponents, logarithms = bytearray(510), bytearray(256)
    value = 1
    for power in range(255):
        exponents[power] = exponents[power + 255] = value
        logarithms[value] = power
        value ^= value << 1  # times 3, the generator
        if value & 0x100:
            value ^= _POLYNOMIAL
    return bytes(exponents), bytes(logarithms)


_EXP, _LOG = _tables()


def _times(a: int, b: int) -> int:
    return _EXP[_LOG[a] + _LOG[b]] if a and b else 0


def _divided(a: int, b: int) -> int:
    return _EXP[_LOG[a] + 255 - _LOG[b]] if a else 0


def split(
    secret: bytes, threshold: int, shares: int, *, random: Callable[[int], bytes] = os.urandom
) -> dict[int, bytes]:
    """Split a secret into `shares` parts, numbered from 1, of which any `threshold` restore it.

    `random` is replaced in tests of frozen vectors only.
    """
    if not 1 <= threshold <= shares <= MOST_SHARES:
        raise BadShare(why=f"{threshold} of {shares} is no possible split", needed=threshold)
    # Coefficient k of every byte's polynomial: the secret itself, then threshold - 1 random strings.
    coefficients = [secret, *(random(len(secret)) for _ in range(threshold - 1))]
    return {x: bytes(_value(column, x) for column in zip(*coefficients, strict=True)) for x in range(1, shares + 1)}


def _value(column: tuple[int, ...], x: int) -> int:
    result = 0
    for coefficient in reversed(column):
        result = _times(result, x) ^ coefficient
    return result


def combine(shares: Mapping[int, bytes]) -> bytes:
    """The secret from enough shares. Too few or wrong ones give another value: the caller must check it."""
    if (
        not shares
        or len({len(value) for value in shares.values()}) != 1
        or not all(0 < x <= MOST_SHARES for x in shares)
    ):
        raise BadShare(why="they don't belong together", needed="enough")
    weights = {x: _weight(x, [other for other in shares if other != x]) for x in shares}
    length = len(next(iter(shares.values())))
    return bytes(_sum(_times(weights[x], value[at]) for x, value in shares.items()) for at in range(length))


def _weight(x: int, others: list[int]) -> int:
    result = 1
    for other in others:
        result = _times(result, _divided(other, other ^ x))
    return result


def _sum(values: Iterable[int]) -> int:
    result = 0
    for value in values:
        result ^= value
    return result
