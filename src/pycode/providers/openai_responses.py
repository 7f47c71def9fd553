"""OpenAI's Responses API."""

from __future__ import annotations

from pycode.providers.hosts import Host
from pycode.providers.openai_chat import OpenAIProvider
from pycode.providers.openai_responses_request import ResponsesRequests
from pycode.providers.openai_responses_stream import ResponsesReader
from pycode.providers.question import Requests
from pycode.providers.reading import Reader


class OpenAIResponsesProvider(OpenAIProvider):
    """GPT models at OpenAI, and whatever speaks the same protocol under its `base_url`.

    Beside those of every provider, `stream` takes the options `metadata`, `parallel_tool_calls`, `service_tier`, `tool_choice`
    and `top_p`, which go into the body as they are.
    """

    def _path(self, model: str) -> str:
        return "/responses"

    def _make_requests(self, host: Host) -> Requests:
        return ResponsesRequests(host)

    def _reader(self, model: str) -> Reader:
        return ResponsesReader(self._service, model)
