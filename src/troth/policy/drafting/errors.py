"""Why a written policy can't be read. No error repeats a word of the document."""

from troth.kernel.errors import TrothError


class UnreadablePolicy(TrothError):
    """The file is none of the kinds that can be read, or it is damaged."""

    code = "policy.unreadable"
    status = 422
    sentence = "This policy can't be read: {why}."
    next_step = "Give a text (.txt, .md), a PDF with text in it, or a Word document (.docx)."


class PolicyTooLarge(TrothError):
    """The file, or what it unfolds to, is beyond what a policy ever is."""

    code = "policy.too_large"
    status = 413
    sentence = "This file is too large for a policy: {what} is over {limit}."
    next_step = "Give the policy alone, without its annexes and pictures."


class ProtectedPolicy(TrothError):
    """A password stands before the text."""

    code = "policy.protected"
    status = 422
    sentence = "This {kind} is protected by a password."
    next_step = "Save it without the password; the draft never asks for one."


class NoText(TrothError):
    """There is a document, and not one word in it."""

    code = "policy.no_text"
    status = 422
    sentence = "There is no text in this {kind}."
    next_step = "If it is a scan, have its text recognised first and give the result."


class NoPromises(TrothError):
    """Every sentence was read, and none binds anybody."""

    code = "policy.no_promises"
    status = 422
    sentence = "No sentence of this text promises anything that a pack could hold."
    next_step = "Check that it is the policy itself; a pack can also be written by hand, from a template."
