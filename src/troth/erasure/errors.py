"""What can keep an erasure from being asked for, cancelled or finished. Each says what to do next."""

from troth.kernel.errors import Conflict, Invalid, TrothError


class NameDiffers(Invalid):
    """The customer's name was not typed exactly: the one guard against deleting the wrong company."""

    code = "erasure.name_differs"
    sentence = "The name typed is not the name of this customer."
    next_step = "Type the customer's name exactly as it is shown, capitals and accents too. Nothing was changed."


class GraceTooLong(Invalid):
    """The wished grace would eat the time in which the data must be gone."""

    code = "erasure.grace_too_long"
    sentence = "A grace of {asked} is longer than the {at_most} that the terms allow."
    next_step = "Ask for {at_most} or less. Nothing was changed."


class PastReturn(Conflict):
    """Cancelling came too late: from the first destroyed key on there is nothing to return to."""

    code = "erasure.past_return"
    sentence = "This erasure can't be cancelled any more: it is {state}."
    next_step = "Follow it to its certificate; what was destroyed can't be brought back."


class NothingToErase(TrothError):
    """There is no such subject or customer, or it belongs to someone else."""

    code = "erasure.nothing_here"
    status = 404
    sentence = "There is no {what} with this id here to erase."
    next_step = "Check the id, and that it belongs to the customer you are working for."


class Survivors(TrothError):
    """The scan found what should be gone. No certificate is issued."""

    code = "erasure.survivors"
    sentence = "The scan found {found} survivors in {stores}."
    next_step = "Retry: purging starts again. If they come back, something still writes them; report that."


class NothingScanned(TrothError):
    """A scan without a list of places proves nothing."""

    code = "erasure.nothing_scanned"
    sentence = "The survivor scan had no table or store to look at."
    next_step = "Report this: the erasure plan of this version is empty or could not be read."


class Unplanned(TrothError):
    """A table or store exists that the plan does not name: an erasure that ignores it would lie."""

    code = "erasure.unplanned"
    sentence = "The erasure plan does not know {stores}."
    next_step = "Report this: a table or folder was added without saying in erasure.plan what an erasure does with it."


class Waiting(TrothError):
    """A step can't go on yet through no fault of its own; it is tried again by itself."""

    code = "erasure.waiting"
    status = 503
    sentence = "Waiting: {what}."
    next_step = "It goes on by itself as soon as that is over; nothing is certified before."


class ReceiptUnknown(TrothError):
    """The link is wrong, expired or withdrawn: the three look the same."""

    code = "erasure.receipt_unknown"
    status = 404
    sentence = "This link shows nothing, or no longer."
    next_step = "Check that it was copied whole. Links to receipts expire; the certificate you saved stays valid."
