"""The compact profile that PyCode comes with: measured with Qwen2.5-Coder-1.5B, meant for every small model."""

from __future__ import annotations

from pycode.providers.compact import Action, Compact, Example, Field

_PROMPT = """\
You are PyCode, a coding agent. You work on the files of a project, one action at a time. You answer with one action, \
as JSON in one line, and then you are told its result. The actions are:
{actions}

Rules:
- Look before you change: read a file before you edit it.
- For edit, insert and write you are asked for the code afterwards.
- Change only what the task needs. Fix the code, never the tests.
- After a fix, run the tests again.
- Answer when the task is done: say in a sentence or two what you did, or what you found. Say only what is true."""

_ACTIONS = (
    Action("read", "read", "see a file", (Field("path", "file_path", "path"),), early=True),
    Action(
        "search",
        "grep",
        "find a text in all files",
        (Field("text", "pattern", "plain"),),
        early=True,
    ),
    Action(
        "edit",
        "edit",
        "change what begins at a line: a function, a statement; or a whole short file",
        (
            Field("path", "file_path", "path"),
            Field("old", "old_string", "lines"),
            Field("new", "new_string", "code"),
        ),
    ),
    Action(
        "insert",
        "edit",
        "add code behind what begins at a line",
        (
            Field("path", "file_path", "path"),
            Field("after", "old_string", "lines"),
            Field("new", "new_string", "code"),
        ),
        inserts=True,
    ),
    Action(
        "remove",
        "edit",
        "take away what begins at a line",
        (Field("path", "file_path", "path"), Field("old", "old_string", "lines")),
        {"new_string": ""},
    ),
    Action(
        "rename",
        "edit",
        "change a name everywhere it was found",
        (Field("old", "old_string", "name"), Field("new", "new_string", "name")),
        {"replace_all": True},
        everywhere=True,
    ),
    Action(
        "write",
        "write",
        "make a new file",
        (Field("path", "file_path", "new_path"), Field("content", "content", "code")),
    ),
    Action("run", "bash", "run a command", (Field("command", "command"),), early=True),
)

_FIX = Example(
    ("shop/cart.py", "tests/test_cart.py"),
    "Tests: python3 -m unittest",
    "The tests fail. Find the bug and fix it.",
    (
        (
            {"action": "run", "command": "python3 -m unittest"},
            'File "tests/test_cart.py", line 9\n    self.assertEqual(total([2, 3]), 5)\nAssertionError: 2 != 5\n[exit code 1]',
        ),
        (
            {"action": "read", "path": "shop/cart.py"},
            "def total(prices):\n    result = 0\n    for price in prices[:-1]:\n        result += price\n    return result",
        ),
        (
            {
                "action": "edit",
                "path": "shop/cart.py",
                "old": "def total(prices):",
            },
            "Edited shop/cart.py at line 3 (+1 -1).\nRan 4 tests in 0.001s\nOK",
        ),
    ),
    "total() left out the last price, because it went over prices[:-1]. I fixed it in shop/cart.py; the tests pass.",
)
_ADD = Example(
    ("geometry.py", "README.md"),
    "",
    "Add a function perimeter(width, height) to geometry.py.",
    (
        (
            {"action": "read", "path": "geometry.py"},
            'def area(width, height):\n    """Return the area."""\n    return width * height',
        ),
        (
            {
                "action": "insert",
                "path": "geometry.py",
                "after": "def area(width, height):",
            },
            "Edited geometry.py at line 3 (+5 -0).",
        ),
    ),
    "I added perimeter(width, height) to geometry.py.",
)
_RENAME = Example(
    ("app/main.py", "app/users.py"),
    "",
    "Rename the function load to load_users.",
    (
        (
            {"action": "search", "text": "load"},
            "app/main.py\n1: from app.users import load\n4: print(load())\n\napp/users.py\n3: def load():",
        ),
        (
            {"action": "rename", "old": "load", "new": "load_users"},
            "Edited app/main.py at 2 places (+2 -2).\nEdited app/users.py at line 3 (+1 -1).",
        ),
        ({"action": "run", "command": "python3 -m app.main"}, "['Ann', 'Ben']"),
    ),
    "I renamed load to load_users in app/main.py and app/users.py.",
)
_NEW = Example(
    ("notes.py",),
    "",
    "Write a script hello.py that greets the name on its command line.",
    (
        (
            {
                "action": "write",
                "path": "hello.py",
            },
            "Created hello.py (+4 -0).",
        ),
        ({"action": "run", "command": "python3 hello.py Ann"}, "Hello, Ann!"),
    ),
    "I wrote hello.py; python3 hello.py Ann prints Hello, Ann!",
)
_CONFIG = Example(
    ("config/server.yaml", "server.py"),
    "",
    "Set the port to 9000.",
    (
        (
            {"action": "read", "path": "config/server.yaml"},
            "host: localhost\nport: 8000\ntimeout: 30",
        ),
        (
            {
                "action": "edit",
                "path": "config/server.yaml",
            },
            "Edited config/server.yaml at line 2 (+1 -1).",
        ),
    ),
    "The port in config/server.yaml is 9000 now; it was 8000.",
)
_QUESTION = Example(
    ("limits.py", "worker.py"),
    "",
    "How many times does the worker try again?",
    (
        ({"action": "search", "text": "retries"}, "limits.py\n2: MAX_RETRIES = 4"),
        (
            {"action": "read", "path": "limits.py"},
            "# how often a job is tried again\nMAX_RETRIES = 4",
        ),
    ),
    "Four times: MAX_RETRIES in limits.py is 4.",
)
_COMMAND = Example(
    ("count.py", "data.txt"),
    "",
    "Run count.py on data.txt and save what it prints in result.txt.",
    (
        (
            {"action": "run", "command": "python3 count.py data.txt > result.txt"},
            "[no output, exit code 0]",
        ),
        ({"action": "run", "command": "cat result.txt"}, "lines: 12"),
    ),
    "count.py printed lines: 12, which is now in result.txt.",
)

COMPACT = Compact(
    _PROMPT,
    _ACTIONS,
    (_QUESTION, _COMMAND, _CONFIG, _NEW, _RENAME, _ADD, _FIX),
    guards=("cut", "repeat", "tests", "overwrite", "undo", "parse", "answer"),
)
"""The compact profile."""
