"""From sealed bytes to a verdict: the one way in which server and auditor judge a control's facts.

Guarantees: whatever goes wrong is `unverified` and says so; nothing here raises for bad bytes, a missing term or a
judge that fails.
"""

from collections.abc import Mapping

from troth_judge.facts import FactsInvalid, Value, decode
from troth_judge.judges import Judge, judge_of
from troth_judge.state import SAYABLE
from troth_judge.verdict import Verdict, unverified

_NAME_AT_MOST = 80


def judge(control_id: str, facts: bytes | None, terms: Mapping[str, Value], *, error: str | None = None) -> Verdict:
    """Return what the control's judge says of these facts under these terms; `error` is why there are none."""
    if error is not None or facts is None:
        return unverified("evidence.error", error=error or "no facts")
    found = judge_of(control_id)
    if found is None:
        return unverified("judge.failed", error="no judge")
    return _said(found, facts, terms)


def _said(found: Judge, facts: bytes, terms: Mapping[str, Value]) -> Verdict:
    try:
        said = found.judge(decode(found.facts, facts), terms)
    except FactsInvalid:
        return unverified("judge.failed", error="facts")
    except KeyError as missing:
        return unverified("terms.missing", term=str(missing.args[0] if missing.args else "")[:_NAME_AT_MOST])
    except Exception as failure:  # noqa: BLE001 - a judge that fails has proven nothing, whatever it failed with
        return unverified("judge.failed", error=type(failure).__name__)
    if not isinstance(said, Verdict) or said.state not in SAYABLE:
        return unverified("judge.failed", error="verdict")
    return said
