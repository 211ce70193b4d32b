"""What can go wrong with a customer."""

from troth.kernel.errors import Conflict


class NameTaken(Conflict):
    """Another active customer already bears this name; only staff, who see every name, can meet this."""

    code = "tenancy.name_taken"
    sentence = "An active customer already has this name."
    next_step = "Choose another name, so that nobody works for the wrong one."


class CustomerClosed(Conflict):
    """The customer is being erased, or is: nothing new comes in."""

    code = "tenancy.customer_closed"
    sentence = "This customer is {state}; nothing new can be stored for it."
    next_step = "If the erasure was a mistake and its grace is not over, its owner can cancel it."


class WrongState(Conflict):
    """A move that the customer's present state does not allow."""

    code = "tenancy.wrong_state"
    sentence = "The customer is {state}; it can't become {wanted}."
    next_step = "Look at the customer's erasure first."
