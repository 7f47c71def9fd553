"""Stand-ins for a model: a scripted provider and a scripted HTTP server, for tests of PyCode and of what is built on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.testing.model import ScriptedProvider as ScriptedProvider
    from pycode.testing.script import Request as Request
    from pycode.testing.script import call as call
    from pycode.testing.script import cut as cut
    from pycode.testing.script import fail as fail
    from pycode.testing.script import finish as finish
    from pycode.testing.script import hang as hang
    from pycode.testing.script import html as html
    from pycode.testing.script import load_script as load_script
    from pycode.testing.script import one_byte as one_byte
    from pycode.testing.script import raw as raw
    from pycode.testing.script import say as say
    from pycode.testing.script import status as status
    from pycode.testing.script import think as think
    from pycode.testing.script import usage as usage
    from pycode.testing.script import wait as wait
    from pycode.testing.server import ScriptedServer as ScriptedServer

__all__ = [
    "Request",
    "ScriptedProvider",
    "ScriptedServer",
    "call",
    "cut",
    "fail",
    "finish",
    "hang",
    "html",
    "load_script",
    "one_byte",
    "raw",
    "say",
    "status",
    "think",
    "usage",
    "wait",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "model": ["ScriptedProvider"],
        "script": [
            "Request",
            "call",
            "cut",
            "fail",
            "finish",
            "hang",
            "html",
            "load_script",
            "one_byte",
            "raw",
            "say",
            "status",
            "think",
            "usage",
            "wait",
        ],
        "server": ["ScriptedServer"],
    },
)
