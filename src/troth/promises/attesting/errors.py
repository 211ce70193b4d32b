"""What can go wrong with attestations."""

from troth.kernel.errors import Conflict, TrothError


class NotAPerson(TrothError):
    """An attestation is a person's word: the shell, a job or an API key has none to give."""

    code = "attestations.person"
    status = 403
    sentence = "Only a person who signed in with an account of the operator's can do this."
    next_step = "Sign in with your own account."


class OwnAttestation(TrothError):
    """Nobody reviews what they attested themselves."""

    code = "attestations.own"
    status = 403
    sentence = "You gave this attestation; somebody else must review it."
    next_step = "Ask another officer to review it."


class AttestationOver(Conflict):
    """It was reviewed or withdrawn already."""

    code = "attestations.over"
    sentence = "This attestation was already {step}."
    next_step = "Look at its history; where something is wrong, withdraw it and give a new one."
