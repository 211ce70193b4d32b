"""Refusals. A boundary answers them and logs each with `access.refusals.log`."""

from typing import ClassVar
from uuid import UUID

from troth.kernel.errors import Conflict, Invalid, NotFound, TrothError


class NotAllowed(TrothError):
    """The gate said no. `customer_id` is the customer in whose log the refusal belongs."""

    code: ClassVar[str] = "access.not_allowed"
    status: ClassVar[int] = 403
    sentence: ClassVar[str] = "Your role does not allow {action} here."
    next_step: ClassVar[str] = "Ask an administrator of your customer for the right role."

    def __init__(self, *, action: str, customer_id: UUID, **data: object) -> None:
        self.action, self.customer_id = action, customer_id
        super().__init__(action=action, **data)


class NotSignedIn(NotAllowed):
    """Nobody yet."""

    code = "access.not_signed_in"
    status = 401
    sentence = "This needs someone who has signed in or a valid API key."
    next_step = "Sign in, or send a valid key as `Authorization: Bearer troth_…`."


class PurposeNeeded(NotAllowed):
    """Personal data without a purpose."""

    code = "access.purpose_needed"
    status = 422
    sentence = "{action} shows personal data and needs a purpose: a short word such as `billing`."
    next_step = "Send the purpose (`Troth-Purpose` in the API): 1 to 63 of a–z, 0–9, `-` and `_`."


class ReasonNeeded(NotAllowed):
    """The operator's people without a reason."""

    code = "access.reason_needed"
    status = 403
    sentence = "Staff need a reason for {action} at a customer."
    next_step = "Give the reason (`Troth-Reason` in the API, `--reason` on the command line); the customer can see it."


class PermitOver(NotAllowed):
    """The permit was for something else, or its time has passed."""

    code = "access.permit_over"
    sentence = "This permission does not cover {action}, or no longer."
    next_step = "Ask again."


class Elsewhere(NotFound):
    """Another customer's: answered exactly as what does not exist, but logged for the one who tried."""

    def __init__(self, *, action: str, customer_id: UUID) -> None:
        self.action, self.customer_id = action, customer_id
        super().__init__(what="customer")


class SignInRefused(TrothError):
    """Wrong address or wrong password or no longer active: the three can't be told apart."""

    code = "access.sign_in_refused"
    status = 401
    sentence = "This address and password don't open anything."
    next_step = "Check both; if you lost the password, ask your administrator for a new invitation."


class TooManyTries(TrothError):
    """The rate limit of one account from one address."""

    code = "access.too_many_tries"
    status = 429
    sentence = "Too many attempts from here. Nothing was tried this time."
    next_step = "Wait {seconds} seconds."


class SeveralAccounts(TrothError):
    """The password was right for more than one customer's account: `choices` maps each customer's id to its name."""

    code = "access.several_accounts"
    status = 409
    sentence = "This address and password belong to accounts at several customers."
    next_step = "Choose the customer."

    def __init__(self, choices: dict[UUID, str]) -> None:
        self.choices = choices
        super().__init__()


class LinkRefused(TrothError):
    """Unknown, used, expired or withdrawn: the four can't be told apart."""

    code = "access.link_refused"
    status = 404
    sentence = "This link is not valid, or no longer."
    next_step = "Ask whoever invited you for a new one."


class PasswordRefused(Invalid):
    """The password's own faults, never the password."""

    code = "access.password_refused"
    sentence = "This password can't be taken: {why}"
    next_step = "Choose a longer one; several unrelated words are easy to remember."


class PasswordOutdated(TrothError):
    """The password is the account's, and the policy in force would not take it: `token` is the link to another one.

    The token is no part of `data`: it is for the person at the door alone, never for a log.
    """

    code = "access.password_outdated"
    status = 403
    sentence = "Your password is right, but it does not meet the rules that hold now."
    next_step = "Sign in through the console and choose another one, or ask your administrator for a link."

    def __init__(self, token: str) -> None:
        self.token = token
        super().__init__()


class MailTaken(Conflict):
    """Within one customer an address opens one account; its administrators may know."""

    code = "access.mail_taken"
    sentence = "This customer already has an account with this address."
    next_step = "Look at that account first."


class LastAdministrator(Conflict):
    """Nobody could let anyone in any more."""

    code = "access.last_of_role"
    sentence = "This is the last active {role}."
    next_step = "Give the role to someone else first."
