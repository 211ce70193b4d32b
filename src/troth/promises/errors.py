"""What can't be asked of promises."""

from troth.kernel.errors import Conflict, Invalid, NotFound, TrothError


class UnknownControl(NotFound):
    """No control has this id."""

    code = "promises.unknown_control"
    sentence = "There is no control {control}."
    next_step = "`troth promise list` names the controls behind each promise."


class NothingToObserve(Conflict):
    """The control is planned: there is nothing that could be looked at yet."""

    code = "promises.nothing_to_observe"
    sentence = "{control} is not built yet: there is nothing to look at."
    next_step = "Its promises say so, until it is."


class UnknownClause(NotFound):
    """The policy in force has no clause with this id."""

    code = "promises.unknown_clause"
    sentence = "The policy in force has no clause {clause}."
    next_step = "`troth promise list` shows its clauses."


class NoSuchException(NotFound):
    """There is no exception with this id."""

    code = "promises.no_such_exception"
    sentence = "There is no exception with this id."
    next_step = "Look at the exceptions of the clause."


class AccountNeeded(TrothError):
    """An exception is asked for and approved by people whose accounts can be told apart."""

    code = "promises.account_needed"
    status = 403
    sentence = "Exceptions are asked for and approved by an account, not by {kind}."
    next_step = "Sign in to the console, or name your account."


class NeedsAnotherAccount(TrothError):
    """Nobody approves their own exception."""

    code = "promises.needs_another_account"
    status = 403
    sentence = "Whoever asked for an exception can't approve it."
    next_step = "Ask another security or data-protection officer."


class BadException(Invalid):
    """An exception lacks a reason or an end, or ends too late."""

    code = "promises.bad_exception"
    sentence = "The exception can't be taken: {why}"
    next_step = "Give a reason, and an end in the future that is near enough."


class ExceptionOver(Conflict):
    """It was decided already, withdrawn, or its time has passed."""

    code = "promises.exception_over"
    sentence = "The exception can't be {wanted} any more: it is {state}."
    next_step = "Ask for a new one if it is still needed."
