"""`troth certificate`: the proof that something was erased, for whoever asks."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.cli import platform, verifying
from troth.cli.options import AsJson, Customer
from troth.cli.terminal import Mark, document, facts, note, say, span, table, when
from troth.kernel.errors import Invalid

if TYPE_CHECKING:
    from troth.erasure.payload import Certificate

app = typer.Typer(help="The proofs that something was erased.", no_args_is_help=True, rich_markup_mode=None)

CertificateId = Annotated[str, typer.Argument(metavar="CERTIFICATE", help="The certificate's id.")]


@app.command("list")
def list_(ctx: typer.Context, customer: Customer, as_json: AsJson = False) -> None:
    """List a customer's certificates, the newest first."""
    platform.enter()
    from troth.access.roles import Action
    from troth.erasure import queries

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.CERTIFICATES_READ)
    issued = queries.certificates(permit)
    if as_json:
        document(
            [{"id": each.certificate_id, "erasure_id": each.erasure_id, "issued_at": each.issued_at} for each in issued]
        )
        return
    table(
        ["Certificate", "Issued"],
        [(str(each.certificate_id), when(each.issued_at)) for each in issued],
        empty="No certificate yet: an erasure ends in one.",
    )


@app.command("show")
def show(
    ctx: typer.Context,
    certificate: CertificateId,
    customer: Customer,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the signed certificate (JSON) to this file.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Write its page (PDF, the JSON attached) to this file.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="Of the page: en or fr.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show a certificate, or write it to a file. With --json, print the signed envelope itself."""
    platform.enter()
    from troth.access.roles import Action
    from troth.erasure import dsse, payload, queries, rendering

    found = platform.customer(ctx, customer)
    permit = platform.permit(ctx, found.customer_id, Action.CERTIFICATES_READ)
    issued = queries.certificate(permit, platform.identifier(certificate, "certificate"))
    if output is not None:
        _write(output, issued.envelope)
    if pdf is not None:
        if language not in {"en", "fr"}:
            raise Invalid(what="The language", why="it is neither en nor fr")
        _write(pdf, rendering.pdf(issued.envelope, "fr" if language == "fr" else "en"))
    if as_json:
        sys.stdout.write(issued.envelope.decode() + "\n")
    elif output is None and pdf is None:
        _show(payload.decode(dsse.payload_of(issued.envelope, payload.TYPE)))


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Invalid(what="The file", why=f"it can't be written ({error.strerror})") from None
    note(f"Written: {path}", Mark.DONE)


def _show(said: "Certificate") -> None:
    facts(
        {
            "Certificate": said.certificate_id,
            "Of": f"{said.target.kind} {said.target.subject_id or said.target.customer_id}",
            "Issued": said.issued_at,
            "Act": f"{said.act} ({said.standard})",
            "In production": f"{said.production.state}, after {span(said.production.took_seconds)} of "
            f"{span(said.production.limit_seconds)}",
            "In backups": said.backups.state.replace("_", " "),
            "Keys destroyed": f"{said.keys.destroyed_at}, epoch {said.keys.epoch}",
        }
    )
    say("")
    table(
        ["Removed from", "How", "Count"],
        [(each.store, each.how, f"{each.count:,}") for each in said.removed],
        empty="Nothing was removed.",
        right=("Count",),
    )
    say("")
    found = sum(each.found for each in said.checked)
    say(f"{len(said.checked)} searches for survivors found {found}.", Mark.DONE if not found else Mark.BROKEN)
    say("")
    table(
        ["What honestly remains", "Why", "Until"],
        [(each.what, each.why, each.until or "for good") for each in said.remains],
        empty="Nothing remains.",
    )


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The signed certificate (JSON).")],
    key: Annotated[
        str | None, typer.Option("--key", help="The public key that you trust, or its file; else this installation's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a certificate's signature and log proofs with the stand-alone verifier. Exit code 4: it does not verify."""
    if key is None:
        platform.prepare()
        key = verifying.own_key()
    verifying.verify("certificate", file, "--key", key, *(("--json",) if as_json else ()))
