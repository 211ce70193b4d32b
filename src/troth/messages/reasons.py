"""Why a delivery waits or was given up, as a person reads it."""

_SENTENCES = {
    "address_refused": "its host is not one that we may call",
    "answered_with_an_error": "the receiver answered with an error",
    "certificate_refused": "the receiver's certificate does not fit",
    "connection_failed": "the connection broke",
    "connection_refused": "nobody listens there",
    "gone": "the receiver says that it has gone for good",
    "header_refused": "a value would have broken the letter's header",
    "keys_gone": "the keys of its address are destroyed",
    "login_refused": "the mail server refused our login",
    "mail_server_failed": "the mail server could not take it",
    "no_mail_server": "not deliverable: no mail server is configured",
    "receiver_gone": "the receiver is not there any more",
    "receiver_refused": "the mail server refused the receiver",
    "timed_out": "the receiver took too long",
    "too_old": "it waited too long to be news",
}


def sentence(reason: str) -> str:
    """The reason in words; the code itself for one from a newer release."""
    return _SENTENCES.get(reason, reason)
