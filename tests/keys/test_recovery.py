"""The kit restores what the custodian wrapped; an older kit, too few sheets or a strange record restore nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.keys import second_reader
from tests.keys.world import a_customer, away, erase, keys_of
from troth.keys import cache, epochs, queries, recovery, roots, signing, upkeep
from troth.keys.custodian import FolderCustodian
from troth.keys.errors import BadShare, CannotOpen, CustodianLost, KeyPlaceDown, KeysMissing
from troth.keys.places import FolderPlace
from troth.keys.recovery import KitRecord
from troth.keys.roots import Root
from troth.settings import CONFIG

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = datetime(2027, 2, 1, tzinfo=UTC)


class Installation:
    """Places, custodian and kit without a database: all that recovery needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = (FolderPlace(folder / "one"), FolderPlace(folder / "two"))
        for place in self.places:
            place.prepare()
        self.custodian = FolderCustodian.create(folder / "custodian")
        self.kit = self.make_kit("kit")
        self.root = Root.new(7)
        data = roots.encode(self.root, self.custodian, self.kit.to, NOW)
        for place in self.places:
            place.write(roots.file_name(7), data)
        self.signing_key = signing.create(self.places, self.custodian, self.kit.to, NOW)

    def make_kit(self, name: str, threshold: int = 3, shares: int = 5) -> KitRecord:
        return recovery.make(
            self.places,
            self.custodian,
            threshold=threshold,
            shares=shares,
            folder=self.folder / name,
            made=NOW,
        )

    def sheets(self, name: str = "kit") -> list[str]:
        return [path.read_text() for path in sorted((self.folder / name).iterdir())]


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def test_any_three_of_five_recover_all_of_it(here: Installation) -> None:
    public = signing.load(here.places, here.custodian).public
    fresh = FolderCustodian.create(here.folder / "new-custodian")
    opened = recovery.recover(here.sheets()[1:4], here.places, fresh)
    assert [(one.roots, one.signing_keys) for one in opened] == [((7,), (here.signing_key,))] * 2
    assert roots.load(7, here.places, fresh) == here.root
    assert signing.load(here.places, fresh).public == public
    assert recovery.load(here.places, fresh).kit == here.kit.kit
    # The old custodian is out.
    with pytest.raises(CustodianLost):
        roots.load(7, here.places, here.custodian)
    # And the kit still recovers, now from the new one.
    assert recovery.prove(here.sheets()[:3], here.places)


def test_a_rehearsal_proves_it_and_changes_only_its_date(here: Installation) -> None:
    def files() -> dict[str, bytes]:
        return {f"{p.label} {n}": p.read(n) for p in here.places for n in p.names() if n != recovery.FILE}

    before = files()
    recovery.rehearse(here.sheets()[:3], here.places, now=LATER)
    assert files() == before
    assert recovery.load(here.places, here.custodian).rehearsed == LATER


def test_the_same_sheet_thrice_is_one_sheet(here: Installation) -> None:
    with pytest.raises(BadShare, match="1 is too few"):
        recovery.prove([here.sheets()[0]] * 3, here.places)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_too_few_sheets_are_refused(here: Installation, number: int) -> None:
    with pytest.raises(BadShare):
        recovery.prove(here.sheets()[:number], here.places)


def test_a_forged_sheet_is_found(here: Installation) -> None:
    """Well-formed, of this kit, with a value of the forger's."""
    from troth.keys.shares import Share

    real = second_reader.share(here.sheets()[0])
    forged = Share(real[0], real[1], real[2], real[3], bytes(32)).text(made="", installation="")
    with pytest.raises(BadShare, match="don't restore"):
        recovery.prove([forged, *here.sheets()[1:3]], here.places)


def test_a_new_kit_makes_the_old_one_worthless(here: Installation) -> None:
    old = here.sheets()
    here.make_kit("second", threshold=2, shares=3)
    with pytest.raises(BadShare, match="another kit"):
        recovery.prove(old[:3], here.places)
    assert recovery.prove(here.sheets("second")[:2], here.places)
    # Not by our refusal only: the old kit's key opens no wrap that lies in any place.
    parts = {number: value for _, _, _, number, value in map(second_reader.share, old)}
    private = X25519PrivateKey.from_private_bytes(second_reader.combine(parts))
    for place in here.places:
        for file in second_reader.root_files(place.folder):
            file["recovery"]["kit"] = str(here.kit.kit)
            assert second_reader.root_by_kit(file, private) is None


def test_a_place_with_wraps_to_another_kit_fails_the_rehearsal(here: Installation) -> None:
    """Somebody interrupted a rotation: the record is new, a root is still wrapped to the old kit."""
    old = here.places[1].read(roots.file_name(7))
    here.make_kit("second")
    here.places[1].write(roots.file_name(7), old)
    with pytest.raises(CannotOpen, match="root-7"):
        recovery.prove(here.sheets("second")[:3], here.places)


def test_a_record_that_the_custodian_did_not_stamp_is_refused(here: Installation) -> None:
    """Who can write to a place but not use the custodian would have future roots wrapped to a key of their own."""
    import base64

    mine = base64.b64encode(X25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    for place in here.places:
        data = place.read(recovery.FILE).replace(here.kit.public.encode(), mine.encode())
        place.write(recovery.FILE, data)
    with pytest.raises(CustodianLost):
        recovery.load(here.places, here.custodian)


def test_a_custodian_is_never_replaced(here: Installation) -> None:
    with pytest.raises(CustodianLost, match="already holds one"):
        FolderCustodian.create(here.folder / "custodian")


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"format":"other/9","id":"x","key":""}'])
def test_a_damaged_custodian_is_said(here: Installation, content: bytes) -> None:
    (here.folder / "custodian" / "custodian.json").write_bytes(content)
    with pytest.raises(CustodianLost):
        here.custodian.wrap(b"x", b"y")


def test_sheets_that_still_lie_here_are_known(here: Installation) -> None:
    assert len(here.kit.sheets) == 5
    here.kit.sheets[0].unlink()
    assert len(here.kit.sheets) == 4
    assert all(path.stat().st_mode & 0o077 == 0 for path in here.kit.sheets)


def test_the_signer_signs(here: Installation) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signer = signing.load(here.places, here.custodian)
    Ed25519PublicKey.from_public_bytes(signer.public).verify(signer.sign(b"checkpoint"), b"checkpoint")
    assert signer.name == here.signing_key
    assert repr(signer) == f"Signer({here.signing_key})"
    with pytest.raises(KeysMissing):
        signing.load([], here.custodian)


def test_a_running_installation_recovers_from_the_loss_of_its_custodian(tmp_path: Path) -> None:
    mine, slots = a_customer(2)
    upkeep.rotate_kit(tmp_path / "kit", threshold=2, shares=3)
    sheets = [path.read_text() for path in (tmp_path / "kit").iterdir()]
    upkeep.rehearse_kit(sheets[:2])
    found = queries.status().kit
    assert found is not None
    assert (found.threshold, found.shares, len(found.sheets)) == (2, 3, 3)
    assert found.rehearsed is not None

    with away(CONFIG.custodian):
        cache.forget()
        with pytest.raises(CustodianLost, match="can't be used"):
            epochs.settle()
        assert "keys.custodian_lost" in {alarm.code for alarm in queries.status().alarms}
        with pytest.raises(BadShare):
            upkeep.recover_custodian(sheets[:1], CONFIG.custodian)
        assert not CONFIG.custodian.exists()
        upkeep.recover_custodian(sheets[:2], CONFIG.custodian)
        assert epochs.settle().whole
        erase(mine, slots[0])
        assert keys_of(mine, slots) == [None, slots[1].key]
        second = tmp_path / "kept"
        CONFIG.custodian.rename(second)
    # The custodian that `away` put back is the lost one: what is wrapped now needs the new one.
    cache.forget()
    with pytest.raises(CustodianLost):
        epochs.settle()
    (CONFIG.custodian / "custodian.json").write_bytes((second / "custodian.json").read_bytes())
    assert epochs.settle().whole


def test_a_place_that_was_away_while_recovering_is_caught_up(tmp_path: Path) -> None:
    mine, (slot,) = a_customer(1)
    upkeep.rotate_kit(tmp_path / "kit", threshold=2, shares=2)
    sheets = [path.read_text() for path in (tmp_path / "kit").iterdir()]
    (CONFIG.custodian / "custodian.json").unlink()
    with away(CONFIG.key_places[0]):
        with pytest.raises(KeyPlaceDown):
            upkeep.rotate_kit(tmp_path / "no-kit", threshold=2, shares=2)
        upkeep.recover_custodian(sheets, CONFIG.custodian)
    # Serving goes on from the place whose wraps fit, and the other is brought up to them.
    assert keys_of(mine, [slot]) == [slot.key]
    assert upkeep.catch_up() == [str(CONFIG.key_places[0])]
    assert recovery.prove(sheets, [FolderPlace(CONFIG.key_places[0])])
    erase(mine, slot)


@pytest.mark.parametrize(("threshold", "shares"), [(1, 1), (1, 5), (4, 3)])
def test_no_kit_lets_one_holder_recover_alone(tmp_path: Path, threshold: int, shares: int) -> None:
    with pytest.raises(BadShare):
        upkeep.rotate_kit(tmp_path / "kit", threshold=threshold, shares=shares)
