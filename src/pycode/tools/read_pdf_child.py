"""The child process of `read_pdf`: path, pages to pass over, pages to take, and how many characters are enough."""

from __future__ import annotations

import logging
import sys
from itertools import islice
from pathlib import Path

from pycode.system.files import open_file
from pycode.tools.read_child import answer, limit_memory


def main(path: str, skip: str, count: str, enough: str) -> None:
    """Print the text of the pages and the number of all."""
    import pypdf

    logging.disable()
    limit_memory()
    with open_file(Path(path)) as file:
        reader = pypdf.PdfReader(file)
        texts: list[str] = []
        for page in islice(reader.pages, int(skip), int(skip) + int(count)):
            texts.append(page.extract_text()[: int(enough)])
            if sum(map(len, texts)) > int(enough):
                break
        answer({"total": len(reader.pages), "pages": texts})


if __name__ == "__main__":
    main(*sys.argv[1:])
