"""The runs that are measured, and what is read off each."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

from benchmarks import history, process, sessions
from benchmarks.project import FIX, reset
from benchmarks.server import Exchange, TimingServer

MODEL = "openai/scripted"

WINDOW = 9
"""Steps that are averaged to say what a step costs early and late: three of each tool."""


@dataclass(slots=True)
class Workplace:
    """Where the runs take place."""

    home: Path
    """The user's home, empty at first."""
    project: Path
    """The project."""
    history: Path
    """Another home, of somebody with very many sessions; empty at first."""


@dataclass(slots=True)
class Runs:
    """How often each kind of run is repeated."""

    short: int
    """Start-up, question and answer, baselines."""
    middle: int
    """The bug fix and the long answer."""
    long: int
    """The long session."""


@dataclass(slots=True)
class Times:
    """Samples by name, in seconds, or in bytes where the name says so."""

    samples: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """Note one sample."""
        self.samples.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> float:
        return median(self.samples[name])


def measure(place: Workplace, runs: Runs) -> Times:
    """Run everything; each kind once beforehand, so that byte code and disk are warm."""
    times = Times()
    for number in range(runs.short + 1):
        # In turn, so that a change of the machine's load meets all of them.
        sample = Times() if number == 0 else times
        _baselines(place, sample)
        _version_and_help(place, sample)
        _question(place, sample)
    for number in range(runs.middle + 1):
        sample = Times() if number == 0 else times
        _bug_fix(place, sample)
        _long_answer(place, sample)
    for _ in range(runs.long):
        _long_work(place, times)
    history.make_history(place.history)
    for number in range(runs.middle + 1):
        _look_back(place, Times() if number == 0 else times)
    return times


def _baselines(place: Workplace, times: Times) -> None:
    environment = process.environment(place.home)
    for name, code in (("pass", "pass"), ("imports", "import asyncio, httpx2")):
        argv = [sys.executable, "-c", code]
        cost = process.run(argv, cwd=place.project, environment=environment)
        times.add(f"{name} wall", cost.wall)
        times.add(f"{name} cpu", cost.cpu)


def _version_and_help(place: Workplace, times: Times) -> None:
    environment = process.environment(place.home)
    for name in ("version", "help"):
        argv = [process.pycode(), f"--{name}"]
        times.add(name, process.run(argv, cwd=place.project, environment=environment).wall)


def _look_back(place: Workplace, times: Times) -> None:
    commands = {
        "list": ["sessions", "list", "--all"],
        "search": ["sessions", "search", "--all", history.RARE],
        "completion": [],
    }
    for name, arguments in commands.items():
        environment = process.environment(place.history)
        if name == "completion":
            words = "pycode sessions show ses_"
            environment |= {"_PYCODE_COMPLETE": "zsh_complete"}
            environment |= {"COMP_WORDS": words, "COMP_CWORD": "3"}
        argv = [process.pycode(), *arguments]
        cost = process.run(argv, cwd=place.project, environment=environment)
        if "ses_" not in cost.output:
            raise SystemExit(f"{' '.join(argv)} found no session:\n{cost.output}")
        times.add(f"history {name}", cost.wall)


def _question(place: Workplace, times: Times) -> None:
    cost, exchanges = _run(place, sessions.question(), "What does this project do?")
    times.add("first request", exchanges[0].arrived - cost.started)
    times.add("question wall", cost.wall)
    times.add("question cpu", cost.cpu)
    body = json.loads(exchanges[0].body)
    times.add("first body bytes", len(exchanges[0].body))
    times.add("system bytes", len(_compact(_system(body))))
    times.add("tools bytes", len(_compact(body.get("tools", []))))


def _bug_fix(place: Workplace, times: Times) -> None:
    reset(place.project)
    cost, _ = _run(place, sessions.bug_fix(), "Fix the failing test. Run: python -m unittest")
    text = (place.project / "ledger" / "money.py").read_text(encoding="utf-8")
    if FIX not in text:
        raise SystemExit(f"the bug fix changed nothing:\n{cost.output}")
    times.add("bug fix wall", cost.wall)


def _long_answer(place: Workplace, times: Times) -> None:
    cost, _ = _run(place, sessions.long_answer(), "Tell me everything.")
    if f"word{sessions.DELTAS - 1}" not in cost.output:
        raise SystemExit("the long answer was not printed to its end")
    times.add("deltas cpu", cost.cpu)


def _long_work(place: Workplace, times: Times) -> None:
    reset(place.project)
    limit = str(sessions.STEPS + 10)
    cost, exchanges = _run(place, sessions.long_work(), "Change all units.", "--max-steps", limit)
    steps = [after.arrived - before.answered for before, after in pairwise(exchanges)]
    for number, seconds in enumerate(steps):
        times.add(f"step {sessions.TOOLS[number % len(sessions.TOOLS)]}", seconds)
    # Means, not medians: a step that now and then is slow costs its user that time.
    times.add("steps early", mean(steps[10 - WINDOW // 2 - 1 :][:WINDOW]))
    times.add("steps late", mean(steps[-WINDOW:]))
    times.add("session wall", cost.wall)
    times.add("session cpu", cost.cpu)
    times.add("session memory bytes", cost.memory)
    times.add("sent bytes", sum(len(exchange.body) for exchange in exchanges))
    times.add("stable prefixes", stable_prefixes([exchange.body for exchange in exchanges]))


def _run(
    place: Workplace, session: sessions.Session, prompt: str, *options: str
) -> tuple[process.Cost, list[Exchange]]:
    with TimingServer(session) as server:
        argv = [process.pycode(), "run", "-m", MODEL, *options, prompt]
        environment = process.environment(place.home, server.url)
        cost = process.run(argv, cwd=place.project, environment=environment)
    if len(server.exchanges) != len(session):
        count = f"{len(server.exchanges)} requests instead of {len(session)}"
        raise SystemExit(f"{' '.join(argv)} sent {count}:\n{cost.output[-3000:]}")
    return cost, server.exchanges


def stable_prefixes(bodies: Sequence[bytes]) -> int:
    """Return how many requests repeat every byte that stood before the end of the messages in the one before."""
    return sum(_extends(before, after) for before, after in pairwise(bodies))


def _extends(before: bytes, after: bytes) -> bool:
    same = next(
        (i for i, (x, y) in enumerate(zip(before, after, strict=False)) if x != y), len(before)
    )
    # What is left of the earlier body closes its list of messages and follows the new ones unchanged.
    rest = before[same:]
    return rest.startswith(b"]") and after[same : same + 1] == b"," and after.endswith(rest)


def _system(body: dict[str, object]) -> object:
    messages = body["messages"]
    assert isinstance(messages, list)
    return next((m["content"] for m in messages if m["role"] in ("system", "developer")), "")


def _compact(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode()
