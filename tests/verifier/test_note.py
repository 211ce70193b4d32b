"""Signed notes, against an example that another implementation publishes, and against spoilt ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_verify.errors import CannotRead, DoesNotVerify
from troth_verify.note import open_checkpoint, open_note, parse_checkpoint, parse_key, parse_proof

# From the documentation of golang.org/x/mod/sumdb/note, whose format this is.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
STRANGER = "— someone.example AAAAAAAAAAAA\n"


def test_a_note_of_another_implementation_opens() -> None:
    assert open_note(NOTE, parse_key(KEY)) == TEXT


def test_signatures_of_unknown_keys_are_ignored() -> None:
    assert open_note(NOTE + STRANGER, parse_key(KEY)) == TEXT


@pytest.mark.parametrize(
    ("note", "error"),
    [
        (NOTE.replace("think", "thinx"), DoesNotVerify),
        (NOTE.replace("x08go", "y08go"), DoesNotVerify),
        (NOTE.replace("BwJnAM=", "BwJnAA="), DoesNotVerify),
        (TEXT + "\n" + STRANGER, DoesNotVerify),
        (NOTE + NOTE.splitlines()[-1].replace("BwJnAM=", "BwJnAA=") + "\n", DoesNotVerify),
        (NOTE.replace("— Peter", "-- Peter"), CannotRead),
        (NOTE.replace("\n\n", "\n"), CannotRead),
        (NOTE[:-1], CannotRead),
        (NOTE.replace("x08go", "!!!!!"), CannotRead),
        (NOTE.replace("think", "th\tnk"), CannotRead),
        (TEXT, CannotRead),
        ("", CannotRead),
        ("x" * 200_000 + NOTE, CannotRead),
    ],
)
def test_a_spoilt_note_does_not_open(note: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        open_note(note, parse_key(KEY))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "a+b+c",
        KEY.replace("c74f20a3", "c74f20a4"),
        KEY[:-4],
        KEY.replace("+AR", "+BR"),
        "a b" + KEY,
        KEY + "\n" + KEY,
    ],
)
def test_what_is_no_key_is_refused(line: str) -> None:
    with pytest.raises(CannotRead):
        parse_key(line)


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def test_a_checkpoint_as_the_specification_shows_it() -> None:
    checkpoint = parse_checkpoint(f"example.com/behind-the-sofa\n20852163\n{ROOT}\n")
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x\n1\n",
        f"\n1\n{ROOT}\n",
        f"x\n01\n{ROOT}\n",
        f"x\n-1\n{ROOT}\n",
        f"x\n1e3\n{ROOT}\n",
        f"x\n{'9' * 30}\n{ROOT}\n",
        f"x\n١\n{ROOT}\n",
        f"x\n1\n{ROOT[:-4]}\n",
        f"x\n1\n{ROOT[:-2]}J=\n",
        f"x\n1\n{ROOT}\nextension\n",
        f"x\n1\n{ROOT}",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CannotRead):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n",
        "c2sp.org/tlog-proof@v1\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx\n",
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(CannotRead):
        parse_proof(text)


def test_a_proof_may_carry_extra_data() -> None:
    assert parse_proof(f"c2sp.org/tlog-proof@v1\nextra AAAA\nindex 7\n{ROOT}\n\nnote").index == 7


@given(st.text())
def test_no_text_brings_it_down(text: str) -> None:
    for read in (parse_key, parse_checkpoint, parse_proof, lambda it: open_checkpoint(it, parse_key(KEY))):
        with pytest.raises((CannotRead, DoesNotVerify)):
            read(text)
