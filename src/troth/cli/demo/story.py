"""The main job, end to end, as a person would watch it; every claim that it prints was checked first."""

from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from troth.cli.demo import people
from troth.cli.demo.narrator import Narrator, timed, waiting
from troth.cli.demo.stage import Stage, password
from troth.cli.demo.web import Api, Browser, Unexpected
from troth.cli.exits import Exit
from troth.cli.terminal import number

NAMES = ("Aurora Seguros", "Banque du Phare")
DATASET = "campaign contacts"
REASON = "demonstration"
CORRECTED_ROW, ERASED_ROW = 42, 77
WHERE = "age >= 40 and balance > 1000"


@dataclass(slots=True)
class Customer:
    """One of the two companies, and what the demonstration knows of it."""

    name: str
    customer_id: str
    mail: str
    owner: str
    password: str
    key: str = ""


@dataclass(slots=True)
class Papers:
    """What the last table points at."""

    operator: tuple[str, str] = ("", "")
    checkpoint: Path | None = None
    bundle: Path | None = None
    statement: Path | None = None
    archive: Path | None = None
    certificates: list[Path] = field(default_factory=list)
    receipt: str = ""


@dataclass(slots=True)
class Story:
    """The first acts: the platform, the customers, their data, and work on it."""

    stage: Stage
    narrator: Narrator
    rows: int = people.ROWS
    customers: list[Customer] = field(default_factory=list)
    papers: Papers = field(default_factory=Papers)

    def browser(self) -> Browser:
        """Someone new at the door."""
        return Browser(self.stage.address, self.stage.certificate)

    def api(self, customer: Customer) -> Api:
        """The owner's program."""
        return Api(self.browser(), customer.key, f"/api/v1/customers/{customer.customer_id}")

    def file(self, name: str) -> Path:
        """A place for a paper of the demonstration."""
        return self.stage.papers / name

    def enrol(self, link: str, mail: str, secret: str) -> bool:
        """Use an enrolment link as a browser would: did it open?"""
        answer = self.browser().fill_in(urlsplit(link).path, {"mail": mail, "password": secret, "again": secret})
        return answer.status in {302, 303}

    def start(self) -> None:
        """The platform comes up, and its operator comes in."""
        with self.narrator.act("The platform starts, and its operator comes in"):
            waiting("making the database, the keys and the certificate")
            with timed() as watch:
                link = self.stage.up()
            running = {
                each["name"] for each in self.stage.ask("status")["notes"]["processes"] if each["state"] == "running"
            }
            all_up = running == {"postgres", "web", "worker", "sealer"}
            self.narrator.claim(
                all_up, f"PostgreSQL, web, worker and sealer are up in {self.stage.shown}", watch.seconds
            )
            self.narrator.keep("Platform started", "database, keys, certificate made", watch.seconds)
            mail, secret = "operator@example.com", password()
            self.papers.operator = (mail, secret)
            with timed() as watch:
                opened = self.enrol(link, mail, secret)
            self.narrator.claim(opened, "the operator enrolled through the link and chose a password", watch.seconds)
            self.narrator.claim(not self.opens_again(link, mail), "the link opens nothing a second time")

    def opens_again(self, link: str, mail: str) -> bool:
        """Does a used link let somebody choose another password?"""
        try:
            return self.enrol(link, mail, password())
        except Unexpected:
            return False

    def welcome(self) -> None:
        """Two customers, each with an owner who has a key for a program."""
        with self.narrator.act("Two customers, each with an owner and an API key"), timed() as whole:
            for count, name in enumerate(NAMES, start=1):
                with timed() as watch:
                    self.customers.append(self._customer(name, f"owner.{count}@example.com"))
                self.narrator.claim(True, f"{name}: owner enrolled, key made", watch.seconds)
            there = self.stage.ask("customer", "list")
            first, second = self.customers
            own = [self.api(customer).call("GET", "")["name"] for customer in self.customers]
            seen = len(there) == len(NAMES) and own == list(NAMES)
            self.narrator.claim(seen, "the operator sees two customers; each owner sees their own")
            Api(self.browser(), first.key, f"/api/v1/customers/{second.customer_id}").call("GET", "", expect=404)
            self.narrator.claim(True, f"{second.name} does not exist for {first.name}'s key")
        self.narrator.keep("Two customers", "owners enrolled by link, keys shown once", whole.seconds)

    def _customer(self, name: str, mail: str) -> Customer:
        made = self.stage.ask("customer", "add", name)
        customer_id = made["id"]
        invited = self.stage.ask("account", "invite", "--customer", customer_id, "--role", "owner", stdin=f"{mail}\n")
        secret = password()
        if not self.enrol(invited["link"], mail, secret):
            self.narrator.claim(False, f"the owner of {name} enrolled")
        owner = invited["account_id"]
        key = self.stage.ask("api-key", "add", "--customer", customer_id, "--account", owner, "--name", "demonstration")
        return Customer(name, customer_id, mail, owner, secret, key["key"])

    def fill(self) -> None:
        """The contacts come in, twice."""
        contacts = self.file("contacts.csv")
        with contacts.open("w", encoding="utf-8", newline="") as target:
            people.write(target, self.rows)
        with self.narrator.act(f"{number(self.rows)} contacts into each"), timed() as whole:
            self.narrator.tell("Real calls of a bank (CC BY 4.0); the people beside them are made up.")
            for customer in self.customers:
                self._fill(customer, contacts)
            again = self._import(self.customers[0], contacts, "--on-duplicate", "skip", "--again")
            none_new = again["stored"] == 0 and again["skipped"] == self.rows
            self.narrator.claim(none_new, "the same file once more: nobody is there twice", again["seconds"])
        contacts.unlink()
        seen = f"{number(2 * self.rows)} rows, sealed person by person"
        self.narrator.keep("Contacts imported", seen, whole.seconds)

    def _fill(self, customer: Customer, contacts: Path) -> None:
        schema = (resources.files("troth.cli.demo") / "data" / "schema.json").read_text(encoding="utf-8")
        self.stage.ask("dataset", "add", DATASET, "--customer", customer.customer_id, "--schema", "-", stdin=schema)
        report = self._import(customer, contacts)
        rate = f"{report['rows'] / report['seconds']:,.0f} rows/s"
        whole = report["stored"] == self.rows and report["rejected"] == 0
        self.narrator.claim(whole, f"{customer.name}: {number(report['stored'])} stored, {rate}", report["seconds"])

    def _import(self, customer: Customer, contacts: Path, *more: str) -> dict[str, Any]:
        where = ("--customer", customer.customer_id, "--dataset", DATASET)
        done: dict[str, Any] = self.stage.ask("import", str(contacts), *where, "--reason", REASON, *more, shown=True)
        return done

    def work(self) -> None:
        """Look-ups and corrections, through both ways in."""
        first = self.customers[0]
        with self.narrator.act("People look things up and put them right"), timed() as whole:
            with timed() as watch:
                found = self.found(first, people.person(CORRECTED_ROW).email)
            self.narrator.claim(
                len(found) == 1, "the owner's program finds a person by mail address (API)", watch.seconds
            )
            self._looks_without_reason(first)
            self._correct(first, found[0])
            self._scan(first)
        self.narrator.keep("Looked up, corrected", "through API and command line, each logged", whole.seconds)

    def found(self, customer: Customer, mail: str) -> list[Any]:
        """Find by mail address through the API: the address stands in the body, never in the URL."""
        asked = {"kind": "email", "value": mail}
        answer = self.api(customer).call("POST", "/records/find", asked, Troth_Purpose="support")
        return list(answer["records"])

    def staff_finds(self, customer: Customer, mail: str, *, expect: Exit = Exit.DONE) -> Any:
        """The same as staff, on the command line: the address comes on standard input."""
        who = ("--customer", customer.customer_id, "--by", "email", "--reason", REASON)
        return self.stage.ask("record", "find", *who, stdin=f"{mail}\n", expect=expect)

    def _looks_without_reason(self, customer: Customer) -> None:
        who = ("--customer", customer.customer_id, "--by", "email", "--reason", " ")
        self.stage.troth("record", "find", *who, stdin="anyone@example.com\n", expect=Exit.REFUSED)
        self.narrator.claim(True, "staff without a reason are refused")

    def _correct(self, customer: Customer, record: dict[str, Any]) -> None:
        record_id, moved = record["record_id"], "moved.house@example.com"
        with timed() as watch:
            self.api(customer).call("PATCH", f"/records/{record_id}", {"values": {"job": "retired"}})
            who = ("--customer", customer.customer_id, "--reason", REASON, "--field", "email")
            self.stage.ask("record", "correct", record_id, *who, stdin=f"{moved}\n")
        now = self.staff_finds(customer, moved)
        right = now[0]["values"]["job"] == "retired" and not self.found(customer, record["values"]["email"])
        self.narrator.claim(right, "corrected by the owner and by staff: found under the new address", watch.seconds)

    def _scan(self, customer: Customer) -> None:
        where = ("--customer", customer.customer_id, "--dataset", DATASET, "--reason", REASON, "--where", WHERE)
        with timed() as watch:
            matched = self.stage.ask("record", "scan", *where, "--count")["matched"]
        expected = sum(int(row["age"]) >= 40 and int(row["balance"]) > 1000 for row in people.rows(self.rows))  # noqa: PLR2004 - as in WHERE
        self.narrator.claim(matched == expected, f"{WHERE}: {number(matched)} of sealed records meet it", watch.seconds)
