"""The text of a PDF, page by page, read in a process of its own that has little time and little memory.

A PDF is a program of sorts: a hostile one can make any reader loop or unfold gigabytes. The reader runs apart, under
limits of the operating system, and a policy that does not come out is refused.
"""

import json
import subprocess
import sys

from troth.policy.drafting.errors import PolicyTooLarge, ProtectedPolicy, UnreadablePolicy

MAX_PAGES = 600
SECONDS = 60
MEMORY = 1_500_000_000

_RUN = "from troth.policy.drafting import pdf_child; pdf_child.main()"


def pages(data: bytes) -> list[str]:
    """The text of each page."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _RUN, str(MAX_PAGES), str(SECONDS), str(MEMORY)],
            input=data,
            capture_output=True,
            timeout=SECONDS + 10,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PolicyTooLarge(what="the time to read it", limit=f"{SECONDS} seconds") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        # Killed by its limits, or by pypdf's own recursion: what the child wrote of it may hold the document's words.
        raise UnreadablePolicy(why="the PDF is damaged, or unfolds to more than a policy ever is") from None
    match answer:
        case {"pages": [*found]}:
            return [str(page) for page in found]
        case {"error": "protected"}:
            raise ProtectedPolicy(kind="PDF")
        case {"error": "pages"}:
            raise PolicyTooLarge(what="the number of pages", limit=f"{MAX_PAGES}")
        case _:
            raise UnreadablePolicy(why="the PDF is damaged")
