"""`python -m ledger AMOUNT NAME...` prints who pays what."""

from __future__ import annotations

import sys

from ledger.money import parse, show
from ledger.split import split_evenly

amount, *names = sys.argv[1:]
for name, share in zip(names, split_evenly(parse(amount), len(names)), strict=True):
    print(f"{name:12} {show(share)}")
