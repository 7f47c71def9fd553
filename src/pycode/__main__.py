"""`python -m pycode`."""

from __future__ import annotations

from pycode.cli.main import main

main()
