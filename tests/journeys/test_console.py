"""The whole console in a real browser over HTTPS: from the first link to the last receipt."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.installation import Installation
from tests.journeys.browser import Person, chromium

pytestmark = pytest.mark.browser
PASSWORD = "four unrelated words of mine"
SCHEMA = """mail email identifier:email
name text
age integer
balance decimal
country country plain: campaigns are counted by country"""
ROWS = "mail,name,age,balance,country\n" + "".join(
    f"person{number:03d}@example.com,Person {number},{18 + number % 60},{number * 37}.50,PT\n" for number in range(120)
)
BAD_ROWS = "not an address,Nobody,40,1.00,PT\nperson500@example.com,Too old,a lot,1.00,PT\n"


def enrolled(person: Person, link: str, mail: str = "") -> None:
    person.go(link)
    person.look("enrol")
    if mail:
        person.fill(mail=mail)
    person.fill(password=PASSWORD, again=PASSWORD)
    person.press("Make the account")


def secret(person: Person) -> str:
    return person.page.locator(".secret").inner_text()


def test_the_console_from_the_first_link_to_the_last_receipt(
    own_installation: Callable[..., Installation], tmp_path: Path
) -> None:
    installation = own_installation(running=False)
    child = installation.up()
    assert child.stdout is not None
    announced = json.loads(child.stdout.readline())
    with chromium() as browser:
        staff = Person(browser, announced["address"])
        owner = Person(browser, announced["address"])
        stranger = Person(browser, announced["address"])
        customer = staff_sets_up(staff, owner, announced["enrolment_link"])
        dataset = owner_brings_data(owner, customer, tmp_path)
        staff_looks(staff, customer)
        owner_erases_one(owner, customer, dataset)
        owner_reads_the_log(owner, customer)
        owner_deletes_everything(owner, stranger, customer)
        staff_sees_what_is_left(staff, customer)
        faults = [*staff.faults, *owner.faults, *stranger.faults]
        assert not faults, "\n".join(faults)
        outside = {
            asked for one in (staff, owner, stranger) for asked in one.requests if not asked.startswith(one.base)
        }
        assert not outside


def staff_sets_up(staff: Person, owner: Person, link: str) -> str:
    staff.go("/")
    staff.look("sign-in")
    enrolled(staff, link, "administrator@operator.example")
    staff.sign_in("administrator@operator.example", PASSWORD)
    staff.look("customers-empty")
    staff.click("Add a customer")
    staff.look("customer-new")
    staff.fill(name="Crédit Maritime", owner="owner@example.com")
    staff.press("Add the customer")
    staff.look("link-once")
    owner_link = secret(staff)
    staff.click("Customers")
    staff.look("customers")
    staff.click("Keys")
    staff.look("keys")
    staff.click("Our own log")
    staff.look("operator-log")
    staff.click("Staff")
    staff.look("staff")
    enrolled(owner, owner_link)
    owner.sign_in("owner@example.com", PASSWORD)
    owner.look("overview-empty")
    found = re.search(r"/c/([0-9a-f-]{36})", owner.page.url)
    assert found
    return found[1]


def owner_brings_data(owner: Person, customer: str, tmp_path: Path) -> str:
    owner.click("Datasets")
    owner.look("datasets-empty")
    owner.click("Add a dataset")
    owner.fill(name="Clients", fields_text="mail email identifier:nothing")
    owner.press("Add the dataset")
    owner.look("dataset-new-refused")
    owner.fill(fields_text=SCHEMA)
    owner.press("Add the dataset")
    owner.look("dataset-empty")
    dataset = owner.page.url
    owner.click("Import a file")
    owner.look("import")
    file = tmp_path / "clients.csv"
    file.write_text(ROWS + BAD_ROWS)
    owner.page.locator("[name=file]").set_input_files(str(file))
    owner.press("Try it: store nothing")
    owner.look("import-tried")
    assert "Nothing is stored yet" in owner.page.content()
    owner.press("Import it")
    owner.look("imported")
    owner.click("Look at records")
    owner.fill(purpose="quality")
    owner.look("why-own")
    owner.press("Look")
    owner.look("records")
    owner.fill(where="age >= 40 and balance > 1000")
    owner.press("Filter")
    owner.look("records-filtered")
    owner.fill(where="age >=")
    owner.press("Filter")
    owner.look("records-filter-refused")
    owner.page.locator("tbody th a").first.click() if owner.page.locator("tbody th a").count() else owner.go(dataset)
    owner.go(dataset)
    owner.look("dataset")
    return dataset


def staff_looks(staff: Person, customer: str) -> None:
    staff.go(f"/c/{customer}")
    staff.look("overview-staff")
    staff.click("Find a person")
    staff.look("why")
    staff.fill(purpose="support", reason="Ticket 4711: a balance is said to be wrong")
    staff.press("Look")
    staff.look("find")
    staff.fill(kind="email", value="nobody@example.com")
    staff.press("Find")
    staff.look("find-nobody")
    staff.fill(kind="email", value="PERSON007@example.com")
    staff.press("Find")
    staff.look("found")
    staff.page.locator("tbody th a").first.click()
    staff.look("record")
    staff.click("Correct it")
    staff.look("correct")
    staff.fill(balance="not a number")
    staff.press("Correct it")
    staff.look("correct-refused")
    staff.fill(balance="1200.00")
    staff.press("Correct it")
    staff.look("record-corrected")
    staff.page.reload()
    staff.click("The person")
    staff.look("subject-staff")


def owner_erases_one(owner: Person, customer: str, dataset: str) -> None:
    owner.go(f"/c/{customer}/find")
    owner.fill(kind="email", value="person011@example.com")
    owner.press("Find")
    owner.click("The person")
    owner.look("subject")
    owner.click("Erase this person")
    owner.look("erase")
    owner.fill(typed="wrong")
    owner.press("Erase this person")
    owner.look("erase-refused")
    owner.fill(typed=re.findall(r"subjects/[0-9a-f-]{30}([0-9a-f]{6})", owner.page.url)[0])
    owner.press("Erase this person")
    owner.look("erasure-running")
    owner.page.get_by_role("link", name="Read the certificate").wait_for(timeout=60_000)
    owner.look("erasure-done")
    owner.click("Read the certificate")
    owner.look("certificate")
    owner.click("Certificates")
    owner.look("certificates")
    owner.click("Erasures")
    owner.look("erasures")
    for form in ("json", "en.pdf", "fr.pdf"):
        owner.go(f"/c/{customer}/certificates")
        owner.page.locator("tbody th a").first.click()
        with owner.page.expect_download() as taken:
            owner.page.locator(f"a[href$='/{form}']").click()
        assert Path(taken.value.path()).stat().st_size > 1000
    owner.go(f"/c/{customer}/find")
    owner.fill(kind="email", value="person011@example.com")
    owner.press("Find")
    assert "Nobody here has it" in owner.page.content()


def owner_reads_the_log(owner: Person, customer: str) -> None:
    owner.go(f"/c/{customer}")
    owner.look("overview")
    owner.click("Who accessed what")
    owner.look("log")
    owner.page.locator("tbody th a").first.click()
    owner.look("log-entry")
    with owner.page.expect_download() as proof:
        owner.click("Take the proof away")
    assert Path(proof.value.path()).read_text().startswith("c2sp.org/tlog-proof@v1")
    owner.click("Who accessed what")
    with owner.page.expect_download() as bundle:
        owner.page.get_by_role("button", name="Take the log away").click()
    verified(Path(bundle.value.path()))
    owner.click("Accounts")
    owner.look("people")
    owner.click("Your account")
    owner.click("Make a key")
    owner.look("api-key-new")
    owner.fill(name="nightly import")
    owner.press("Make the key")
    assert secret(owner).startswith("troth_")
    owner.click("To your account")
    owner.look("account")
    owner.press("Revoke it")
    assert "opens nothing" in owner.page.content()
    owner.go("/nowhere")
    owner.look("not-here")
    owner.faults[:] = [fault for fault in owner.faults if "/nowhere" not in fault]


def verified(bundle: Path) -> None:
    from troth_verify.main import main  # type: ignore[attr-defined]

    assert main(["bundle", str(bundle)]) == 0


def owner_deletes_everything(owner: Person, stranger: Person, customer: str) -> None:
    owner.go(f"/c/{customer}/delete")
    owner.look("delete")
    owner.fill(typed="Crédit maritime")
    owner.press("Delete everything")
    owner.look("delete-refused")
    owner.fill(typed="Crédit Maritime")
    owner.press("Delete everything")
    owner.look("receipt-once")
    link = secret(owner)
    stranger.go(link)
    stranger.look("receipt-running")
    stranger.page.get_by_text("Nothing that we hold opens it any more").wait_for(timeout=90_000)
    stranger.page.reload()
    stranger.look("receipt")
    with stranger.page.expect_download() as bundle:
        stranger.page.get_by_role("link", name="Your log with its proofs (TAR)").click()
    verified(Path(bundle.value.path()))
    stranger.go(link + "x")
    stranger.look("receipt-unknown")
    stranger.faults[:] = [fault for fault in stranger.faults if "404" not in fault]


def staff_sees_what_is_left(staff: Person, customer: str) -> None:
    staff.go(f"/c/{customer}")
    staff.look("overview-erased")
    assert "Crédit Maritime" not in staff.page.content()
    assert "A customer that is erased" in staff.page.content()
    staff.go(f"/c/{customer}/datasets")
    staff.go(f"/c/{customer}/erasures")
    assert "Done" in staff.page.content()
    staff.go(f"/c/{customer}/certificates")
    staff.page.locator("tbody th a").first.click()
    staff.go(f"/c/{customer}/log")
    if "/why" in staff.page.url:
        staff.fill(purpose="rights", reason="The former owner asks for a copy")
        staff.press("Look")
    staff.look("log-erased")
    staff.go(f"/c/{customer}/log?operation=sign_in")
    staff.page.locator("tbody th a").first.click()
    assert "expired, erased, or the person's own" in staff.page.content()


def test_the_console_by_keyboard_alone_and_without_scripts(own_installation: Callable[..., Installation]) -> None:
    installation = own_installation(running=False)
    child = installation.up()
    assert child.stdout is not None
    announced = json.loads(child.stdout.readline())
    with chromium() as browser:
        staff = Person(browser, announced["address"])
        enrolled(staff, announced["enrolment_link"], "administrator@operator.example")
        by_keyboard(staff)
        without_scripts(Person(browser, announced["address"], scripts=False))
        assert not staff.faults, "\n".join(staff.faults)


def by_keyboard(staff: Person) -> None:
    keys = staff.page.keyboard
    staff.go("/sign-in")
    # The first field has the focus already.
    keys.type("administrator@operator.example")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    staff.page.wait_for_url("**/customers")
    for name in ("Alpha", "Beta", "Gamma"):
        staff.go("/customers/new")
        staff.fill(name=name)
        staff.press("Add the customer")
    staff.go("/customers?sort=-name")
    keys.press("Tab")
    assert staff.page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    assert staff.page.evaluate("document.activeElement.id") == "main"
    staff.page.locator("tbody th a").first.focus()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert staff.page.evaluate(outline) == "solid"
    walked = []
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Home"):
        keys.press(key)
        walked.append(staff.page.evaluate("document.activeElement.textContent"))
    assert walked == ["Beta", "Alpha", "Alpha", "Beta", "Gamma"]
    keys.press("Enter")
    staff.page.wait_for_load_state("load")
    assert "Gamma" in staff.page.locator("h1").inner_text()


def without_scripts(plain: Person) -> None:
    plain.sign_in("administrator@operator.example", PASSWORD)
    plain.click("Alpha")
    plain.click("Add a dataset")
    plain.fill(name="Clients", fields_text="mail email identifier:email")
    plain.press("Add the dataset")
    assert "The dataset is there" in plain.page.content()
    plain.press("Français")
    assert plain.page.locator("html").get_attribute("lang") == "fr"
    plain.press("Se déconnecter")
    assert plain.page.url.startswith(f"{plain.base}/sign-in")
