"""What can go wrong with keys. No error carries a key, a share or a sealed value."""

from typing import ClassVar

from troth.kernel.errors import TrothError


class KeysError(TrothError):
    """Any refusal of the key domain."""

    code = "keys.error"
    status = 503


class CannotOpen(KeysError):
    """A sealed value does not open: another key, another context, or altered bytes."""

    code = "keys.cannot_open"
    status = 500
    sentence: ClassVar[str] = "A sealed value does not open with this key in this place ({what})."
    next_step: ClassVar[str] = "Nothing was shown. Compare the database with its key places: `troth key status`."


class UnknownFormat(KeysError):
    """Stored bytes carry a version or a shape that this release does not know."""

    code = "keys.unknown_format"
    status = 500
    sentence: ClassVar[str] = "{what} has a format that this release does not know: {why}."
    next_step: ClassVar[str] = "Use the release that wrote it, or a newer one."


class KeyErased(KeysError):
    """The key was destroyed: what it sealed can never be opened again."""

    code = "keys.erased"
    status = 410
    sentence: ClassVar[str] = "The key was erased; what it sealed is gone."
    next_step: ClassVar[str] = "Nothing can bring it back. The certificate of the erasure says when and why."


class CustomerKeysGone(KeyErased):
    """This customer has no keys here: never made, or destroyed with the customer."""

    code = "keys.customer_gone"
    sentence: ClassVar[str] = "This customer has no keys: they were destroyed with it, or it was never set up."


class UnknownSlot(KeysError):
    """A slot was named that no page holds."""

    code = "keys.unknown_slot"
    status = 500
    sentence: ClassVar[str] = "Page {page}, slot {slot} was never handed out."
    next_step: ClassVar[str] = "Report this with the request id; nothing was changed."


class KeysMoved(KeysError):
    """The epoch moved while this transaction read; its snapshot can no longer be opened."""

    code = "keys.moved"
    sentence: ClassVar[str] = "The keys moved to a new epoch while this transaction was reading."
    next_step: ClassVar[str] = "Begin again in a new transaction; nothing was changed."


class WrongIsolation(KeysError):
    """Key writers must see what was committed before they got their lock."""

    code = "keys.isolation"
    status = 500
    sentence: ClassVar[str] = "Keys can be written in a READ COMMITTED transaction only, not {isolation}."
    next_step: ClassVar[str] = "Report this with the request id; nothing was changed."


class KeyPlaceDown(KeysError):
    """A key place can't be used. Before an epoch's transaction: nothing was changed."""

    code = "keys.place_down"
    sentence: ClassVar[str] = "Key place {place} can't be used: {why}."
    next_step: ClassVar[str] = "Bring it back; erasures wait for it and continue by themselves. See `troth key status`."


class KeyPlaceFresh(KeyPlaceDown):
    """A folder where a key place should be holds none: new, or not mounted."""

    code = "keys.place_fresh"
    sentence: ClassVar[str] = "Key place {place} is empty: a new place, or a disk that is not mounted."
    next_step: ClassVar[str] = (
        "Mount the disk; or, if the place is new on purpose, fill it: `troth key catch-up --new {place}`."
    )


class KeyPlaceMissing(KeyPlaceDown):
    """A place that still holds keys is no longer configured."""

    code = "keys.place_missing"
    sentence: ClassVar[str] = "Key place {place} holds keys of this installation but is no longer configured."
    next_step: ClassVar[str] = (
        "Configure it again; or destroy the medium and say so: `troth key retire-place`. Erasures wait until then."
    )


class EpochUnfinished(KeyPlaceDown):
    """The database has the new epoch, but the old root is not yet seen gone everywhere: nothing may be certified."""

    code = "keys.epoch_unfinished"
    sentence: ClassVar[str] = "Epoch {epoch} is not finished: the old root is not seen gone from {place}: {why}."
    next_step: ClassVar[str] = "Bring the place back; the erasure finishes by itself at the next attempt."


class KeysReadable(KeysError):
    """Somebody else may read or change the keys: we don't serve with such keys."""

    code = "keys.readable"
    sentence: ClassVar[str] = "Keys are open to others: {path} {why}."
    next_step: ClassVar[str] = "Run `{remedy}`. If others may have read them, plan a new custodian and a new kit."


class KeysMissing(KeysError):
    """No key place in reach holds the root of the database's epoch."""

    code = "keys.missing"
    sentence: ClassVar[str] = "No key place in reach holds the root key of epoch {epoch}."
    next_step: ClassVar[str] = "Bring the key places back (`troth key status` lists them), then start again."


class KeysOfAnotherInstallation(KeysError):
    """A key place belongs to another database."""

    code = "keys.foreign"
    sentence: ClassVar[str] = "Key place {place} belongs to another installation than this database."
    next_step: ClassVar[str] = "Point TROTH_KEY_PLACES to this installation's own folders."


class DatabaseBehindKeys(KeysError):
    """The database is older than its keys: it was restored, or replaced. It must not serve as it is."""

    code = "keys.database_behind"
    sentence: ClassVar[str] = (
        "The database stands at epoch {database} but its keys have moved on to epoch {places}: "
        "it is an older copy, and people erased since would be in it."
    )
    next_step: ClassVar[str] = "Run the restore, which merges the key snapshot and repeats every erasure since."


class CustodianLost(KeysError):
    """The custodian that wraps the roots is not here, or is another one."""

    code = "keys.custodian_lost"
    sentence: ClassVar[str] = "The custodian that wraps the root keys can't be used: {why}."
    next_step: ClassVar[str] = "Bring it back, or recover with the kit's shares: `troth key recover`."


class BadShare(KeysError):
    """A recovery share is mistyped, of another kit, or there are too few."""

    code = "keys.bad_share"
    status = 422
    sentence: ClassVar[str] = "These shares can't be used: {why}."
    next_step: ClassVar[str] = "Check the lines against the paper; {needed} different shares of one kit are needed."


class NotBegun(KeysError):
    """The installation has no keys yet."""

    code = "keys.not_begun"
    sentence: ClassVar[str] = "This installation has no keys yet."
    next_step: ClassVar[str] = "Run `troth up`, which makes them at the first start."
