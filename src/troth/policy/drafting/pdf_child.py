"""The process that reads one PDF: standard input in, one JSON document out. Its limits bind before it reads a byte."""

import json
import logging
import resource
import sys
from io import BytesIO


def main() -> None:
    """Read the PDF on standard input; arguments: pages, seconds, bytes of memory."""
    most, seconds, memory = (int(each) for each in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)  # pypdf's warnings quote the document
    json.dump(_answer(sys.stdin.buffer.read(), most), sys.stdout)


def _answer(data: bytes, most: int) -> dict[str, object]:
    from pypdf import PdfReader  # noqa: PLC0415 - after the limits: what it allocates counts
    from pypdf.errors import PyPdfError  # noqa: PLC0415 - the same

    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):  # an empty password only forbids printing or the like
            return {"error": "protected"}
        if len(reader.pages) > most:
            return {"error": "pages"}
        return {"pages": [page.extract_text() for page in reader.pages]}
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, MemoryError):
        return {"error": "damaged"}
    except Exception:  # noqa: BLE001 - a damaged PDF raises whatever its bytes lead to; the parent says "damaged"
        return {"error": "damaged"}
