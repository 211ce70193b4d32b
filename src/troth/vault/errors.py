"""What the vault refuses, and what to do about it. No sentence holds a value of a record."""

from typing import ClassVar

from troth.kernel.errors import Conflict, Invalid, TrothError


class SchemaInvalid(Invalid):
    """A dataset's schema can't be taken."""

    code: ClassVar[str] = "vault.schema"
    sentence: ClassVar[str] = "The schema can't be taken: {why}"
    next_step: ClassVar[str] = "Correct the schema and send it again; nothing was changed."


class Unfit(Invalid):
    """One value is not of its type. Raised by the value parsers, which know no field name."""

    code: ClassVar[str] = "vault.value"
    sentence: ClassVar[str] = "the value {why}"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why=why)


class RowRefused(Invalid):
    """One row can't be stored: which field, and why, never the value."""

    code: ClassVar[str] = "vault.row"
    sentence: ClassVar[str] = "{field}: {why}"

    def __init__(self, field: str, why: str, line: int | None = None) -> None:
        self.field, self.why, self.line = field, why, line
        super().__init__(field=field, why=why, line=line)


class RowsRefused(Invalid):
    """A batch that must be taken whole holds rows that can't be; nothing was stored."""

    code: ClassVar[str] = "vault.rows"
    sentence: ClassVar[str] = "{count} of the rows can't be stored, the first is row {first}: {why}"


class Duplicate(Conflict):
    """A person who already has a record in a dataset that allows one each."""

    code: ClassVar[str] = "vault.duplicate"
    sentence: ClassVar[str] = "Row {row} is about a person who already has a record in this dataset."
    next_step: ClassVar[str] = "Correct the existing record, or store with on_duplicate set to skip or update."


class TwoSubjects(Conflict):
    """The identifiers of one row belong to two different people."""

    code: ClassVar[str] = "vault.two_subjects"
    sentence: ClassVar[str] = "Row {row} carries identifiers of two different people ({kinds})."
    next_step: ClassVar[str] = "Find out which identifier is wrong, and send the row without it or corrected."


class Frozen(Conflict):
    """The person is being erased, or is kept apart: nothing about them is stored or changed."""

    code: ClassVar[str] = "vault.frozen"
    sentence: ClassVar[str] = "This person's data is frozen: {why}."
    next_step: ClassVar[str] = "Wait until the erasure is complete; a person stored afterwards is a new one."


class Stale(Conflict):
    """The record was changed by somebody else since it was read."""

    code: ClassVar[str] = "vault.stale"
    status: ClassVar[int] = 412
    sentence: ClassVar[str] = "The record is at version {version} now, not at the one you named."
    next_step: ClassVar[str] = "Read it again, and decide whether your correction still holds."


class Erased(TrothError):
    """The record's key is gone."""

    code: ClassVar[str] = "vault.erased"
    status: ClassVar[int] = 410
    sentence: ClassVar[str] = "This record has been erased."
    next_step: ClassVar[str] = "Nothing can bring it back; the erasure's certificate says when and how."


class Busy(Conflict):
    """Another writer holds what this one needs; the smaller one gives way."""

    code: ClassVar[str] = "vault.busy"
    sentence: ClassVar[str] = "Another writer is storing data about the same people."
    next_step: ClassVar[str] = "Try again in a moment; nothing was changed."


class FilterInvalid(Invalid):
    """A filter that does not parse or does not fit the schema; says where."""

    code: ClassVar[str] = "vault.filter"
    sentence: ClassVar[str] = "The filter can't be read at character {position}: {why}"
    next_step: ClassVar[str] = 'Correct it; an example is: age >= 40 and (country in ("FR", "BE") or email is not null)'

    def __init__(self, position: int, why: str) -> None:
        self.position, self.why = position, why
        super().__init__(position=position, why=why)


class SourceUnreadable(Invalid):
    """An import's source is not what it is said to be."""

    code: ClassVar[str] = "vault.source"
    sentence: ClassVar[str] = "The source can't be read: {why}"
    next_step: ClassVar[str] = "Name its format, encoding or delimiter, or repair it; nothing was imported."


class TooManyRejected(Invalid):
    """More rows of an import are refused than were allowed; nothing was imported."""

    code: ClassVar[str] = "vault.too_many_rejected"
    sentence: ClassVar[str] = "{rejected} rows were refused, more than the {allowed} allowed; nothing was imported."
    next_step: ClassVar[str] = "Look at the rejected-rows file, repair the source or allow more, and import again."


class AlreadyImported(Conflict):
    """The same bytes were imported before into a dataset where nothing else would stop duplicates."""

    code: ClassVar[str] = "vault.already_imported"
    sentence: ClassVar[str] = "This source was imported before, and the dataset has no identifiers to tell its rows by."
    next_step: ClassVar[str] = "Do nothing, or import it with again=True if every row shall be there twice."


class ImportRunning(Conflict):
    """One import per customer at a time."""

    code: ClassVar[str] = "vault.import_running"
    sentence: ClassVar[str] = "Another import into this customer is running."
    next_step: ClassVar[str] = "Wait until it is done, then start this one again."


class SpoolGone(Conflict):
    """A file that was being written was removed by an erasure."""

    code: ClassVar[str] = "vault.spool_gone"
    sentence: ClassVar[str] = "The file was removed by an erasure while it was being written."
    next_step: ClassVar[str] = "Start again: the new file will not hold what was erased."
