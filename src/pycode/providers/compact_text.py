"""Writes a conversation as a small model sees it, and reads its actions back into calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pycode.providers.compact import (
    GO_ON,
    REFUSED,
    REPEATED,
    Action,
    Compact,
    Example,
    Field,
)
from pycode.providers.compact_conversation import Conversation, note, unescaped
from pycode.providers.compact_grammar import ANSWER
from pycode.providers.compact_places import appended, fitted, places, removed

_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_NUMBER = re.compile(r"^\d+\t", re.MULTILINE)
_REMINDER = 200
_CUT_TO = 300


@dataclass(frozen=True, slots=True)
class ActionCall:
    """A call that an action stands for."""

    tool: str
    """The tool."""
    arguments: dict[str, Any]
    """Its arguments."""


def prompt_of(compact: Compact, actions: Sequence[Action]) -> str:
    """Return what the model is told first."""
    lines = [f"{_shape(action)}  {action.about}" for action in actions]
    lines.append(f"{_line({'action': ANSWER, 'text': 'TEXT'})}  the end: what you did or found")
    return compact.prompt.replace("{actions}", "\n".join(lines))


def examples_of(compact: Compact) -> Iterator[dict[str, Any]]:
    """Yield the worked examples as messages."""
    for example in compact.examples:
        yield from _example(example)


def conversation(
    messages: Sequence[Mapping[str, Any]],
    actions: Sequence[Action],
    files: Sequence[str],
    facts: str,
) -> Conversation:
    """Return a conversation in actions.

    Args:
        messages: The neutral conversation.
        actions: What the model may do.
        files: The project's files.
        facts: What the model is told of the project beside them.
    """
    made = Conversation(files=files)
    step: list[Mapping[str, Any]] = []
    for message in messages:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if message["role"] == "assistant":
            step = blocks
            continue
        results = {block["id"]: block for block in blocks if block["type"] == "tool_result"}
        calls = [
            (b, results[b["id"]]) for b in step if b["type"] == "tool_call" and b["id"] in results
        ]
        for call, _ in calls:
            texts = [text for text in call["arguments"].values() if isinstance(text, str)]
            made.attempted.add((call["name"], *(unescaped(text) for text in texts)))
        if calls and _is_void(calls):
            made.tries += 1
        else:
            _append(made.messages, "assistant", _assistant(step, actions))
            for call, result in calls:
                note(made, call, result)
            _append(made.messages, "user", _results(results.values(), made))
        step = []
        said = [block["text"] for block in blocks if block["type"] == "text"]
        if said:
            if said[-1].startswith(GO_ON):
                made.reminded = True
            else:
                made.begin(said[-1])
            if not made.messages:
                said[0] = f"{_opening(files, facts)}\n\nTask: {said[0]}"
            _append(made.messages, "user", "\n\n".join(said))
    return made


def fitted_to(messages: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Return a conversation that is no longer than it may be: the oldest results are cut first, the last message never.

    Args:
        messages: The conversation.
        most: The most characters.
    """
    fitted = list(messages)
    over = sum(len(message["content"]) for message in fitted) - most
    for index, message in enumerate(fitted[:-1]):
        if over <= 0:
            break
        content: str = message["content"]
        if message["role"] == "user" and index and len(content) > _CUT_TO:
            fitted[index] = {**message, "content": f"{content[:_CUT_TO]}\n[...]"}
            over -= len(content) - _CUT_TO
    return fitted


def read_action(text: str, actions: Sequence[Action]) -> tuple[Action, dict[str, Any]] | str | None:
    """Return the action of an answer with its fields, the text that it answers with, or None where there is neither.

    Args:
        text: The whole answer. Around the action there may be words or a fence.
        actions: What the model may do.
    """
    start = text.find("{")
    while start >= 0:
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            if value.get("action") == ANSWER and isinstance(value.get("text"), str):
                return str(value["text"])
            for action in actions:
                if action.name == value.get("action"):
                    return action, value
        start = text.find("{", start + 1)
    return None


def calls_of(
    action: Action, value: Mapping[str, Any], code: str | None, made: Conversation
) -> list[ActionCall]:
    """Return the calls that an action stands for.

    Args:
        action: The action.
        value: Its fields.
        code: Its code, where it has any.
        made: The conversation.
    """
    if action.everywhere:
        return _everywhere(action, value, made)
    arguments: dict[str, Any] = {}
    for item in action.fields:
        given = value.get(item.name) if item.kind != "code" or code is None else code
        if given is None:
            continue
        plain = item.kind == "plain" and isinstance(given, str)
        arguments[item.argument] = _SPECIAL.sub(r"\\\g<0>", given) if plain else given
    arguments |= dict(action.fixed)
    if any(item.kind == "lines" for item in action.fields):
        _put_in_place(action, arguments, made.texts)
    elif action.tool == "write" and isinstance(arguments.get("content"), str):
        arguments["content"] = arguments["content"].rstrip("\n") + "\n"
    return [ActionCall(action.tool, arguments)]


def _put_in_place(
    action: Action, arguments: dict[str, Any], texts: Mapping[str, Sequence[str]]
) -> None:
    """Complete the old text to the whole place that it names, or to the whole file, and bring the new one into its form."""
    path, old, new = (arguments.get(n) for n in ("file_path", "old_string", "new_string"))
    if not (isinstance(path, str) and isinstance(new, str)):
        return
    lines = texts.get(path, ())
    if not isinstance(old, str):
        # Empty lines at the end are not the model's to change.
        del arguments["new_string"]
        arguments |= {"old_string": "\n".join(lines).rstrip("\n"), "new_string": new.rstrip("\n")}
        return
    place = next((item.text for item in places(path, lines) or () if item.name == old), old)
    if action.inserts:
        new = appended(place, new)
    elif action.has_code:
        new = fitted(place, new)
    else:
        place = removed(lines, place)
    arguments |= {"old_string": place, "new_string": new}


def _everywhere(action: Action, value: Mapping[str, Any], made: Conversation) -> list[ActionCall]:
    """Return a change for each file in which a name was found, or the search for it when that was not made yet."""
    old, new = (str(value.get(item.name, "")) for item in action.fields)
    if old not in made.found:
        return [ActionCall("grep", {"pattern": _SPECIAL.sub(r"\\\g<0>", old)})]
    whole = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    calls: list[ActionCall] = []
    for path, lines in made.found[old].items():
        changes = {old: new}
        if any(line.count(old) != len(whole.findall(line)) for line in lines):
            # The name is a part of others as well, which keep theirs.
            changes = {line: whole.sub(lambda _: new, line) for line in lines}
        for before, after in changes.items():
            if before != after:
                arguments = {"file_path": path, "old_string": before, "new_string": after}
                calls.append(ActionCall(action.tool, arguments | dict(action.fixed)))
    return calls


def _shape(action: Action) -> str:
    words = {"path": "FILE", "new_path": "FILE", "lines": "LINE"}
    shown = [item for item in action.fields if item.kind != "code"]
    fields = {item.name: words.get(item.kind, item.name.upper()) for item in shown}
    return _line({"action": action.name} | fields)


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _example(example: Example) -> Iterator[dict[str, Any]]:
    said = f"{_opening(example.files, example.facts)}\n\nTask: {example.task}"
    for action, result in example.steps:
        yield {"role": "user", "content": said}
        yield {"role": "assistant", "content": _line(action)}
        said = f"Result:\n{result}\n\nTask: {example.task}"
    yield {"role": "user", "content": said}
    yield {"role": "assistant", "content": _line({"action": ANSWER, "text": example.answer})}


def _opening(files: Sequence[str], facts: str) -> str:
    return "\n".join(["Files:", *files, *([facts] if facts else [])])


def _append(messages: list[dict[str, Any]], role: str, text: str) -> None:
    """Add what was said; a role that speaks twice in a row is heard once."""
    if not text:
        return
    if messages and messages[-1]["role"] == role:
        text = f"{messages.pop()['content']}\n\n{text}"
    messages.append({"role": role, "content": text})


def _is_void(calls: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> bool:
    """Whether a step came to nothing: its change was refused or taken back, or it was made before."""
    first, last = calls[0][1]["content"], calls[-1][1]["content"]
    failed = calls[0][0]["name"] == "edit" and calls[0][1]["is_error"]
    return failed or REFUSED in last or REPEATED in first


def _assistant(blocks: Sequence[Mapping[str, Any]], actions: Sequence[Action]) -> str:
    calls = [block for block in blocks if block["type"] == "tool_call"]
    if not calls:
        text = "".join(block["text"] for block in blocks if block["type"] == "text")
        return _line({"action": ANSWER, "text": text}) if text else ""
    # What runs behind a change was added to it; its result tells of it.
    return _as_action(calls[0], actions)


def _as_action(call: Mapping[str, Any], actions: Sequence[Action]) -> str:
    """Return the action that became a call."""
    arguments: Mapping[str, Any] = call["arguments"]
    # Where two are alike, the one that fixes more of the arguments is meant.
    for action in sorted(actions, key=lambda item: -len(item.fixed)):
        names = {item.argument for item in action.fields} | set(action.fixed)
        if action.everywhere:
            names.add("file_path")
        fixed = all(arguments.get(name) == given for name, given in action.fixed.items())
        if action.tool != call["name"] or names != set(arguments) or not fixed:
            continue
        if action.inserts != _stays(arguments):
            continue
        shown = [item for item in action.fields if item.kind != "code"]
        fields = {item.name: _as_field(item, arguments[item.argument]) for item in shown}
        return _line({"action": action.name} | fields)
    return _line({"action": call["name"], **arguments})


def _stays(arguments: Mapping[str, Any]) -> bool:
    """Whether the old text stays and something is put behind it."""
    old, new = arguments.get("old_string"), arguments.get("new_string")
    return isinstance(old, str) and isinstance(new, str) and new.startswith(f"{old}\n")


def _as_field(item: Field, given: Any) -> Any:
    if item.kind == "plain" and isinstance(given, str):
        return unescaped(given)
    if item.kind == "lines" and isinstance(given, str):
        return given.partition("\n")[0]
    return given


def _results(results: Iterable[Mapping[str, Any]], made: Conversation) -> str:
    said = []
    for block in results:
        content = block["content"]
        if block["name"] == "read":
            content = _NUMBER.sub("", content)
        said.append(content)
    if not said:
        return ""
    task = " ".join(made.request.split())
    task = task if len(task) <= _REMINDER else f"{task[:_REMINDER]}..."
    return "\n".join(["Result:", *said, "", f"Task: {task}"])
