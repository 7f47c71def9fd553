"""Answers the control requests of the program behind stdin: each one, and at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pycode.cli.claude.notes import note
from pycode.client.local import LocalClient
from pycode.client.model_alias import model_alias
from pycode.core.errors import PyCodeError


class Control:
    """Knows the requests.

    Args:
        write: Takes each line.
        client: What the requests are about.
        interrupt: Stops the running turn, soon.
        mcp_servers: Name and status of the MCP servers.
    """

    def __init__(
        self,
        write: Callable[[dict[str, Any]], None],
        client: LocalClient,
        interrupt: Callable[[], None],
        mcp_servers: Sequence[Mapping[str, str]],
    ) -> None:
        self._write = write
        self._client = client
        self._interrupt = interrupt
        self._mcp_servers = mcp_servers
        self._answers: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
            "initialize": self._initialize,
            "interrupt": self._stop,
            "set_permission_mode": self._set_mode,
            "set_model": self._set_model,
            "mcp_status": lambda request: {"mcpServers": [dict(item) for item in mcp_servers]},
        }

    def answer(self, line: Mapping[str, Any]) -> None:
        """Answer a request."""
        request = line.get("request")
        subtype = request.get("subtype") if isinstance(request, dict) else None
        response: dict[str, Any] = {"subtype": "success", "request_id": line.get("request_id")}
        try:
            if not isinstance(request, dict) or subtype not in self._answers:
                raise _RefusedError(f"PyCode does not serve the control request {subtype!r}")
            payload = self._answers[str(subtype)](request)
        except (PyCodeError, _RefusedError) as error:
            response.update(subtype="error", error=str(error))
        else:
            if payload is not None:
                response["response"] = payload
        self._write({"type": "control_response", "response": response})

    def _initialize(self, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("hooks"):
            # A hook may be what keeps a call from running: a run without it would be another one.
            raise _RefusedError(
                "PyCode does not serve hooks of the SDK yet; start it without hooks"
            )
        if request.get("agents"):
            note("agents of the SDK are not served; the run has PyCode's own")
        return {
            "commands": [],
            "agents": [],
            "models": [
                {"value": "default", "displayName": self._client.model, "description": "the usual"}
            ],
            "output_style": "default",
            "available_output_styles": ["default"],
            "account": {},
            "pid": os.getpid(),
        }

    def _stop(self, request: dict[str, Any]) -> None:
        self._interrupt()

    def _set_mode(self, request: dict[str, Any]) -> dict[str, Any]:
        mode = str(request.get("mode"))
        self._client.set_claude_mode(mode)
        return {"mode": mode}

    def _set_model(self, request: dict[str, Any]) -> None:
        model = request.get("model")
        self._client.set_model(model_alias(model) if isinstance(model, str) and model else None)


class _RefusedError(Exception):
    """The request cannot be served."""
