"""What keeps a command from reaching the platform at all."""

from troth.kernel.errors import TrothError


class NotInstalled(TrothError):
    """There is no installation in the folder."""

    code = "cli.not_installed"
    status = 503
    sentence = "There is no installation in {home}."
    next_step = "`troth up` makes one there; TROTH_HOME names another folder."


class NotRunning(TrothError):
    """The installation's database does not answer."""

    code = "cli.not_running"
    status = 503
    sentence = "The platform in {home} is not running."
    next_step = "`troth up` starts it; `troth status` says what is missing."


class DatabaseGone(TrothError):
    """The database went away in the middle of a command."""

    code = "cli.database_gone"
    status = 503
    sentence = "The database went away meanwhile; what was not finished is undone."
    next_step = "Look at `troth status`, then do it again."


class NotYours(TrothError):
    """The operating-system user may not work on this installation."""

    code = "cli.not_yours"
    status = 403
    sentence = "{user} may not work on the installation in {home}."
    next_step = "Work as {owner}, who owns it, or sign in to the console with an account of your own."


class Ambiguous(TrothError):
    """A name stands for more than one thing."""

    code = "cli.ambiguous"
    status = 409
    sentence = "More than one {what} is called that."
    next_step = "Give its id; `troth {what} list` shows them."


class PersonalArgument(TrothError):
    """Something personal was about to stand in the process list."""

    code = "cli.personal_argument"
    status = 422
    sentence = "A value of a personal field can't be given as an argument: every user of this machine could read it."
    next_step = "Give `--where -` and the condition on standard input."


class NotConfirmed(TrothError):
    """The name of what is to be destroyed was not typed."""

    code = "cli.not_confirmed"
    status = 422
    sentence = "Nothing was changed: {why}"
    next_step = "Type the name when asked, or give it with --confirm."


class NoVerifier(TrothError):
    """The stand-alone verifier is a package of its own, and is not here."""

    code = "cli.no_verifier"
    status = 503
    sentence = "`troth-verify` is not installed here."
    next_step = "Install the package troth-verify, here or on the machine of whoever wants to check."
