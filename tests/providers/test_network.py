"""What goes wrong on the way to a service, and what nobody may see of it: over all protocols."""

from __future__ import annotations

import logging
import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.providers import HELLO, KEY, Collect, Make, ask
from tests.support.streams import byte_server, events_of

from pycode.core.errors import (
    AccessError,
    AuthenticationError,
    BadRequestError,
    ContextOverflowError,
    ModelNotFoundError,
    NetworkError,
    ProtocolError,
    QuotaError,
)
from pycode.providers import (
    OpenAIProvider,
    Provider,
    ProviderConfig,
)
from pycode.testing import (
    ScriptedServer,
    hang,
    html,
    raw,
    say,
    status,
)


class TestWhatGoesWrong:
    """Each failure is one sentence of the right class."""

    @pytest.mark.parametrize(
        ("answer", "kind", "words"),
        [
            (status(401, {"error": {"message": "bad key"}}), AuthenticationError, "_API_KEY"),
            (status(403, {"error": {"message": "no"}}), AccessError, "does not allow"),
            (status(402, {"error": {"message": "pay"}}), QuotaError, "no credit"),
            (
                status(400, {"error": {"message": "prompt is too long: 9 > 8"}}),
                ContextOverflowError,
                "compact",
            ),
            (status(413, b"too large"), ContextOverflowError, "compact"),
            (status(400, {"error": {"message": "what?"}}), BadRequestError, "(400: what?)"),
            (status(404, b"404 page not found"), ProtocolError, "base URL"),
            (html(404), ProtocolError, "base URL of"),
            (html(403), AccessError, "web page"),
            (html(200), ProtocolError, "answers with a web page instead of a model's answer"),
            (status(200, b"hello there"), ProtocolError, "answers with text/plain"),
            (
                status(302, headers={"location": "https://x/login"}),
                ProtocolError,
                "redirects to https://x",
            ),
            ([raw("data: nonsense\n\n")], ProtocolError, "no JSON object"),
            (
                [
                    raw('data: {"type": "content_block_delta", "choices": [3], "delta": 4}\n\n'),
                    raw('data: {"type": "response.output_text.delta", "delta": 4}\n\n'),
                    raw('data: {"candidates": [3]}\n\n'),
                ],
                ProtocolError,
                "shape",
            ),
        ],
    )
    async def test_sentences(
        self, answer: Any, kind: type, words: str, make: Make, collect: Collect
    ) -> None:
        got, _ = await ask(make, [answer], collect)
        assert type(got.error) is kind
        assert words in str(got.error)
        assert "\n" not in str(got.error)

    async def test_a_gateways_page_is_tried_again(self, make: Make, collect: Collect) -> None:
        got, _ = await ask(make, [html(502), say("Hi")], collect)
        assert got.joined("text") == "Hi"

    async def test_an_unknown_model_gets_the_nearest_names(
        self, make: Make, collect: Collect
    ) -> None:
        missing = status(
            404, {"error": {"type": "not_found_error", "message": "model: m4 not found"}}
        )
        async with ScriptedServer([missing], models=["m40-large", "x", "m4-mini"]) as server:
            provider = make(server)
            got = await collect(provider.stream("m4-minni", HELLO))
            await provider.close()
        assert isinstance(got.error, ModelNotFoundError)
        assert got.error.model == "m4-minni"
        assert "m4-mini" in str(got.error)
        assert str(got.error).endswith(".")

    async def test_an_unknown_model_where_models_are_not_listed(
        self, make: Make, collect: Collect
    ) -> None:
        missing = status(404, {"error": {"message": "The model `m` does not exist"}})
        async with ScriptedServer([missing]) as server:
            provider = make(server)
            provider._transport.get_json = _refuse  # type: ignore[method-assign]
            got = await collect(provider.stream("m", HELLO))
            await provider.close()
        assert isinstance(got.error, ModelNotFoundError)

    async def test_a_server_that_is_down(self, make: Make, collect: Collect) -> None:
        async with ScriptedServer() as server:
            provider = make(server)
        got = await collect(provider.stream("m", HELLO, max_retries=1))
        assert isinstance(got.error, NetworkError)
        assert server.url in str(got.error)
        assert "start the server there, or correct the base URL" in str(got.error)
        assert got.types() == ["retry"]
        await provider.close()

    async def test_a_host_that_does_not_exist(self, collect: Collect) -> None:
        provider = OpenAIProvider(ProviderConfig("openai", KEY, "http://nowhere.invalid/v1"))
        got = await collect(provider.stream("m", HELLO, max_retries=0))
        assert isinstance(got.error, NetworkError)
        assert "Cannot connect to http://nowhere.invalid/v1" in str(got.error)
        await provider.close()

    async def test_an_event_that_never_ends(
        self, make: Make, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pycode.providers.sse.MAX_EVENT", 10_000)
        got, _ = await ask(make, [[raw("data: " + "x" * 20_000), hang()]], collect)
        assert isinstance(got.error, ProtocolError)

    @pytest.mark.parametrize("body", [b"[1]", b"{}", b"<html></html>", b'"x"'])
    async def test_a_strange_list_of_models(self, body: bytes, make: Make) -> None:
        class Strange(ScriptedServer):
            def _list_models(self) -> Any:
                return status(200, body)

        async with Strange() as server:
            provider = make(server)
            if body == b"[1]" and provider.name != "google":
                assert await provider.list_models() == []
            else:
                with pytest.raises(ProtocolError):
                    await provider.list_models()
            await provider.close()


@pytest.fixture(name="certificate")
def make_certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that nobody else signed; its key lies beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    argv += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    argv += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(argv, check=True, capture_output=True)
    return certificate


async def ask_securely(certificate: Path, collect: Collect, ca_file: str | None = None) -> Any:
    """Ask a server that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    body = b"".join(events_of("openai-chat", [say("Hi")]))
    async with byte_server([body], tls=context) as url:
        config = ProviderConfig("openai", KEY, f"{url}/v1", ca_file=ca_file)
        provider = OpenAIProvider(config)
        got = await collect(provider.stream("m", HELLO))
        await provider.close()
    return got


class TestCertificates:
    """A certificate of one's own is trusted once it is named."""

    async def test_nobody_trusts_it_unasked(self, certificate: Path, collect: Collect) -> None:
        got = await ask_securely(certificate, collect)
        assert isinstance(got.error, NetworkError)
        assert "ca_file" in str(got.error)
        assert not got.events, "it is not asked again"

    async def test_it_is_named_in_the_environment(
        self, certificate: Path, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert (await ask_securely(certificate, collect)).joined("text") == "Hi"

    async def test_it_is_named_in_the_configuration(
        self, certificate: Path, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        got = await ask_securely(certificate, collect, str(certificate))
        assert got.joined("text") == "Hi"
        monkeypatch.setenv("HOME", str(certificate.parent))
        got = await ask_securely(certificate, collect, "~/certificate.pem")
        assert got.joined("text") == "Hi"

    @pytest.mark.parametrize("text", [None, "no certificate"])
    async def test_a_file_that_holds_none(
        self, text: str | None, certificate: Path, collect: Collect, tmp_path: Path
    ) -> None:
        file = tmp_path / "wrong.pem"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        got = await ask_securely(certificate, collect, str(file))
        assert isinstance(got.error, NetworkError)
        assert "correct providers.openai.ca_file" in str(got.error)
        assert not got.events


class TestProxies:
    """Proxies come from the environment, never for this machine."""

    async def test_the_proxy_is_used_for_other_hosts(
        self, make: Make, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with ScriptedServer() as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            provider = OpenAIProvider(ProviderConfig("openai", KEY, "http://model.invalid/v1"))
            got = await collect(provider.stream("m", HELLO, max_retries=0))
            await provider.close()
            # The scripted server is no proxy, but the request came to it.
            assert "404" in str(got.error)
            assert proxy.connections == 1

    @pytest.mark.parametrize("address", ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "not a url"])
    async def test_no_proxy_for_this_machine(
        self, address: str, make: Make, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", address)
        monkeypatch.setenv("HTTP_PROXY", address)
        got, _ = await ask(make, [say("Hi")], collect)
        assert got.joined("text") == "Hi"

    @pytest.mark.parametrize("address", ["socks9://127.0.0.1:9", "http://[bad"])
    async def test_a_proxy_that_cannot_be_used(
        self, address: str, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", address)
        provider = OpenAIProvider(ProviderConfig("openai", KEY, "http://model.invalid/v1"))
        got = await collect(provider.stream("m", HELLO, max_retries=0))
        assert isinstance(got.error, NetworkError)
        assert "\n" not in str(got.error)
        await provider.close()


class TestSecrecy:
    """The key is sent, and appears nowhere else."""

    async def test_errors_reprs_and_logs(
        self, make: Make, collect: Collect, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        echo = {"error": {"message": f"Incorrect API key provided: {KEY}, sk-proj-ab***********yz"}}
        script = [status(500, echo), status(401, echo)]
        async with ScriptedServer(script) as server:
            provider = make(server)
            got = await collect(provider.stream("m", HELLO))
            await provider.close()
        shown = [str(got.error), repr(got.error), repr(got.error.__cause__), str(got.events)]
        shown += [repr(provider), repr(provider.config), repr(provider._transport), caplog.text]
        shown += [repr(provider._service)]
        for text in shown:
            assert "secret-key" not in text
            assert "sk-proj" not in text
        assert caplog.text

    def test_a_password_in_the_base_url(self) -> None:
        url = "http://user:password@host.test/v1"
        provider: Provider = OpenAIProvider(ProviderConfig("openai", KEY, url))
        assert "password" not in repr(provider)

    async def test_words_of_the_service_are_bounded_and_clean(
        self, make: Make, collect: Collect
    ) -> None:
        message = "\x1b[31mred\u202e\nnext " + "x" * 1000
        got, _ = await ask(make, [status(400, {"error": {"message": message}})], collect)
        assert "\x1b" not in str(got.error)
        assert "\u202e" not in str(got.error)
        assert len(str(got.error)) < 400


async def _refuse(path: str, *, timeout: float = 30.0) -> Any:
    raise NetworkError("no list")
