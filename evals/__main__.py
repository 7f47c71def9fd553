"""`python -m evals --model PROVIDER/MODEL` lets a model do a set of tasks and prints how it went.

Each task is done by the installed `pycode` in a copy of a small project, and scored by the files that come of it. A line a task,
then the table; the results are kept as JSON lines, so that runs can be compared and a stopped one goes on with --resume.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evals import table
from evals.running import Result, run_task
from evals.tasks import SETS, Task, load_set


def main(argv: Sequence[str] | None = None) -> int:
    """Run the tasks and print; 2 when no task has the name that was given."""
    options = _options(argv)
    arguments = shlex.split(options.arguments)
    tasks = load_set(options.set)
    wanted = [task for task in tasks if not options.only or task.name in options.only]
    if not wanted:
        names = ", ".join(task.name for task in tasks)
        print(f"No task of {options.set} has that name; there are {names}.", file=sys.stderr)
        return 2
    name = re.sub(r"[^\w.-]+", "-", " ".join([options.set, options.model, *arguments]))
    file = options.results or Path("build", "evals", f"{name}.jsonl")
    results = _run(wanted, options, arguments, file)
    row = table.row(results)
    print(f"\n{table.table([row])}\nresults: {file}")
    if options.write:
        table.write(options.write, row)
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    add = parser.add_argument
    add("--model", "-m", required=True, metavar="PROVIDER/MODEL", help="as for pycode run")
    add("--set", choices=SETS, default=SETS[0], help="which tasks; development when absent")
    add("--only", action="append", metavar="NAME", help="only this task; can be repeated")
    add(
        "--arguments", default="", metavar="TEXT", help="more arguments for pycode run, in one text"
    )
    add("--write", type=Path, metavar="FILE", help="put the row into the table in this page")
    add("--results", type=Path, metavar="FILE", help="where the results go; build/evals/... else")
    add("--resume", action="store_true", help="keep the results of tasks that are in the file")
    add("--keep", type=Path, metavar="FOLDER", help="keep what the model left and pycode printed")
    options = parser.parse_args(argv)
    if options.write and options.only:
        parser.error("--write needs the whole set; leave out --only")
    return options


def _run(
    tasks: Sequence[Task], options: argparse.Namespace, arguments: Sequence[str], file: Path
) -> list[Result]:
    """Run the tasks that have no result yet; return the results of all, in order."""
    file.parent.mkdir(parents=True, exist_ok=True)
    done = _read(file) if options.resume else {}
    with file.open("a" if options.resume else "w", encoding="utf-8") as out:
        for number, task in enumerate(tasks, 1):
            if task.name not in done:
                result = run_task(task, options.model, arguments, options.keep)
                done[task.name] = result
                print(json.dumps(asdict(result)), file=out, flush=True)
            _print(done[task.name], f"{number}/{len(tasks)}")
    return [done[task.name] for task in tasks]


def _read(file: Path) -> dict[str, Result]:
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    results = [Result(**json.loads(line)) for line in lines]
    return {result.task: result for result in results}


def _print(result: Result, place: str) -> None:
    cost = f"{result.seconds:.0f} s, {result.steps} steps, {result.tokens_out} tokens"
    why = f" - {result.reason}" if result.reason else ""
    print(f"{place:>6} {result.outcome:8} {result.task} ({cost}, {result.ended}){why}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
