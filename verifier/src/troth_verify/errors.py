"""The two ways in which a check ends badly. Neither is ever shown as a traceback."""


class DoesNotVerify(Exception):
    """Something was read and is not what it claims to be. Exit code 1."""


class CannotRead(Exception):
    """What was given can't be read, or can't answer what was asked: nothing is said about its truth. Exit code 2."""
