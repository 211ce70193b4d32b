"""`troth policy`: what is promised, decided with open eyes: read, compared, tried on today, and only then in force."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from troth.cli import asking, drafting, platform, policy_told
from troth.cli.exits import Exit
from troth.cli.options import AsJson, CustomerName
from troth.cli.terminal import Mark, document, note, say, table, when

if TYPE_CHECKING:
    from troth.policy.clauses import Pack
    from troth.policy.known import Known
    from troth.policy.terms import Terms

app = typer.Typer(
    help="The policy: read it, compare it, try it on today, bring it into force.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Given = Annotated[
    str,
    typer.Argument(metavar="PACK", help="A file, a pack that comes with Troth, or the id of one that is kept here."),
]
Version = Annotated[
    int | None, typer.Option("--version", min=1, help="Which kept version; the newest if nothing is said.")
]
Language = Annotated[Literal["en", "fr"], typer.Option("--language", "-l", help="In which language.")]
OfCustomer = Annotated[
    str | None,
    typer.Option("--customer", "-c", help="With this customer's own agreement.", show_default=False),
]


@app.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the packs that come with Troth and the versions that are kept here."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.policy import queries, shipped

    platform.permit(ctx, OPERATOR, Action.POLICY_READ)
    current = queries.current()
    kept = queries.versions()
    described = [
        {
            "pack": each.pack,
            "version": each.version,
            "digest": each.digest,
            "published_at": each.published_at,
            "in_force": current is not None and each.digest == current.digest,
        }
        for each in kept
    ]
    if as_json:
        document({"kept": described, "shipped": shipped.NAMES})
        return
    table(
        ["Pack", "Version", "Kept since", "", "Digest"],
        [
            (
                each.pack,
                str(each.version),
                when(each.published_at),
                "in force" if current is not None and each.digest == current.digest else "",
                each.digest[:16],
            )
            for each in kept
        ],
        empty="No version is kept here yet: `troth policy activate PACK` brings the first into force.",
    )
    say(f"With Troth come: {', '.join(shipped.NAMES)}.")


@app.command("show")
def show(
    ctx: typer.Context,
    pack: Annotated[
        str | None, typer.Argument(metavar="PACK", help="Which; the one in force if none is named.")
    ] = None,
    version: Version = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show a pack: its clauses, what proves them, and what they oblige to."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.policy import queries

    platform.permit(ctx, OPERATOR, Action.POLICY_READ)
    found = queries.in_force() if pack is None else _find(pack, version)
    if found is None:
        say("No policy is in force: nothing is promised yet.")
        return
    policy_told.pack(found, language, as_json=as_json)


@app.command("lint")
def lint(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The pack to check.")],
    as_json: AsJson = False,
) -> None:
    """Check a pack: every fault with its line and column. Needs no running platform."""
    from troth.policy import terms
    from troth.policy.errors import PackInvalid
    from troth.policy.pack import load

    known = _known()
    try:
        found = load(file, known)
    except PackInvalid as error:
        policy_told.faults(str(file), error.faults, as_json=as_json)
        raise typer.Exit(Exit.INVALID) from None
    clashes = [
        {"term": term, "clauses": [each.source.reference for each in given]}
        for term, given in terms.clashes(found.obligations, known.terms)
    ]
    if as_json:
        document({"valid": not clashes, "pack": found.id, "version": found.version, "faults": [], "clashes": clashes})
    elif not clashes:
        say(f"{file}: {found.id} {found.version}, {sum(1 for _ in found.clauses)} clauses, no fault.", Mark.DONE)
    for each in () if as_json else clashes:
        note(f"Nothing can satisfy {each['term']}: {' and '.join(each['clauses'])} exclude each other.", Mark.BROKEN)
    if clashes:
        raise typer.Exit(Exit.CONFLICT)


@app.command("diff")
def diff(
    ctx: typer.Context,
    packs: Annotated[
        list[str],
        typer.Argument(metavar="[OLD] NEW", help="The pack to come; before it another one than that in force."),
    ],
    version: Annotated[int | None, typer.Option("--version", min=1, help="Which kept version of NEW.")] = None,
    old_version: Annotated[int | None, typer.Option("--old-version", min=1, help="Which kept version of OLD.")] = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show what changes: clauses added, removed, reworded; terms added, tightened, loosened, removed."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.policy import diffing, queries
    from troth.policy.vocabulary.words import BY_NAME

    if len(packs) > _BOTH:
        raise typer.BadParameter("one pack, or two", ctx=ctx)
    platform.permit(ctx, OPERATOR, Action.POLICY_READ)
    before = _find(packs[0], old_version) if len(packs) == _BOTH else queries.in_force()
    policy_told.difference(diffing.difference(before, _find(packs[-1], version), BY_NAME), language, as_json=as_json)


_BOTH = 2


@app.command("simulate")
def simulate(ctx: typer.Context, pack: Given, version: Version = None, as_json: AsJson = False) -> None:
    """Say what a pack would break today, and what nobody can say. Nothing is changed."""
    platform.enter()
    from troth.promises import simulation

    found = simulation.simulate(_find(pack, version), by=platform.actor(ctx))
    policy_told.simulation(found, as_json=as_json)
    if found.clashes:
        raise typer.Exit(Exit.CONFLICT)


@app.command("activate")
def activate(
    ctx: typer.Context,
    pack: Given,
    reason: Annotated[
        str, typer.Option("--reason", "-r", help="Why: kept with the decision, for whoever asks.", show_default=False)
    ],
    version: Version = None,
    effective: Annotated[
        datetime | None,
        typer.Option("--effective", help="From when on (UTC unless it says otherwise); now, if nothing is said."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking, for scripts.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would break.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a pack into force, after showing what it would break.

    The version is kept for ever. Whatever waits for its date under an earlier decision is undone by this one.
    """
    platform.enter()
    from troth.promises import governing, simulation

    by = platform.actor(ctx)
    found = _find(pack, version)
    tried = simulation.simulate(found, by=by)
    if not as_json or dry_run:
        policy_told.simulation(tried, as_json=as_json)
    if dry_run:
        return
    if not tried.clashes:
        asking.confirm_name(
            found.id,
            found.id if yes else None,
            consequence=f"{found.id} {found.version} becomes the policy that everybody can hold you to.",
        )
    activation_id = governing.enact(found, by=by, reason=reason, effective_at=platform.aware(effective))
    policy_told.activated(activation_id, tried, as_json=as_json)


@app.command("history")
def history(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show every decision ever, with its reason and its dates."""
    platform.enter()
    from troth.access.roles import Action
    from troth.kernel.ids import OPERATOR
    from troth.policy import queries

    platform.permit(ctx, OPERATOR, Action.POLICY_READ)
    policy_told.history(queries.history(), as_json=as_json)


@app.command("terms")
def terms(ctx: typer.Context, customer: OfCustomer = None, language: Language = "en", as_json: AsJson = False) -> None:
    """Show every term that a policy can name, what it is now, and which clause or agreement says so."""
    platform.enter()
    from troth.promises import governing

    customer_id = platform.customer(ctx, customer).customer_id if customer else None
    found: Terms = governing.terms(customer_id, by=platform.actor(ctx))
    policy_told.terms(found, language, as_json=as_json)


@app.command("agree")
def agree(
    ctx: typer.Context,
    customer: CustomerName,
    file: Annotated[
        Path | None,
        typer.Argument(dir_okay=False, help="The agreement; without it, the customer's agreements are shown."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record what a customer was promised beyond the policy, or show it.

    The file holds `reference` and `terms`, as in a pack. It takes the place of the customer's present agreement;
    `terms: {}` ends it. Where it asks for less than the policy it does not bind.
    """
    platform.enter()
    from troth.access.roles import Action
    from troth.policy import agreements, queries
    from troth.promises import governing

    found = platform.customer(ctx, customer)
    if file is not None:
        given = agreements.load(file, governing.known())
        governing.agree(found.customer_id, given, by=platform.actor(ctx))
    else:
        platform.permit(ctx, found.customer_id, Action.POLICY_READ)
    policy_told.agreements(queries.agreements(found.customer_id), queries.terms(found.customer_id), as_json=as_json)


@app.command("template")
def template(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
) -> None:
    """Print a pack to begin your own policy with; every field is explained in it."""
    from troth.policy import shipped

    text = shipped.text(shipped.TEMPLATE).decode()
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        note(f"{output} is there already; nothing was written.", Mark.BROKEN)
        raise typer.Exit(Exit.CONFLICT) from None
    say(f"Written to {output}. Check it with `troth policy lint {output}`.", Mark.DONE)


app.command("draft")(drafting.draft)


def _known() -> "Known":
    """What a pack may name, as far as it is known without a running platform: everything."""
    from troth.policy import lexicon
    from troth.promises import planned
    from troth_judge.judges import CODED

    return lexicon.known(dict.fromkeys((*CODED, *(each.id for each in planned.CONTROLS)), ()))


def _find(given: str, version: int | None) -> "Pack":
    """A pack by its file, its name among those that come with Troth, or its id here.

    Raises NoSuchPack, NoSuchVersion, PackInvalid.
    """
    from troth.policy import queries, shipped
    from troth.policy.errors import NoSuchPack, NoSuchVersion
    from troth.policy.pack import load
    from troth.promises import governing

    path = Path(given)
    if version is None and (path.suffix in {".yaml", ".yml", ".json"} or path.is_file()):
        if not path.is_file():
            raise NoSuchPack(pack=given)
        return load(path, governing.known())
    if version is None and given in shipped.NAMES:
        return load(shipped.text(given), governing.known())
    found = queries.kept(given, version)
    if found is None and version is not None:
        raise NoSuchVersion(pack=given, version=version)
    if found is None:
        raise NoSuchPack(pack=given)
    return found
