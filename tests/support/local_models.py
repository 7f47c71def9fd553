"""What the local model servers answer: an Ollama, an LM Studio, a llama.cpp and a vLLM."""

from __future__ import annotations

from typing import Any


def ollama(
    *, running: dict[str, int] | None = None, parameters: str = "temperature 0.7"
) -> dict[str, Any]:
    """Return the answers of an Ollama that has a coder, an embedder and a model without tools.

    Args:
        running: Name to context of the models in memory.
        parameters: The coder's own.
    """
    shown = {
        "qwen3:8b": {
            "capabilities": ["completion", "tools", "thinking"],
            "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40_960},
            "parameters": parameters,
        },
        "nomic:latest": {"capabilities": ["embedding"], "model_info": {}},
        "gemma:2b": {
            "capabilities": ["completion", "vision"],
            "model_info": {"gemma.context_length": 8192},
        },
    }
    return {
        "/api/tags": {"models": [{"name": name, "model": name} for name in shown]},
        "/api/ps": {
            "models": [{"name": n, "context_length": c} for n, c in (running or {}).items()]
        },
        "/api/show": lambda body: shown.get(body["model"], {"error": "not found"}),
        "/api/create": {"status": "success"},
    }


def lmstudio() -> dict[str, Any]:
    """Return the answers of an LM Studio with one model loaded."""
    models = [
        {"id": "text-embedding", "type": "embeddings", "max_context_length": 2048},
        {"id": "big", "type": "vlm", "state": "not-loaded", "max_context_length": 262_144},
        {
            "id": "qwen3-coder",
            "type": "llm",
            "state": "loaded",
            "max_context_length": 262_144,
            "loaded_context_length": 8192,
            "capabilities": ["tool_use"],
        },
        {
            "id": "old",
            "type": "llm",
            "state": "not-loaded",
            "max_context_length": 4096,
            "capabilities": [],
        },
    ]
    return {"/api/v0/models": {"object": "list", "data": models}}


def llama_cpp(**props: Any) -> dict[str, Any]:
    """Return the answers of a llama.cpp server.

    Args:
        props: What its properties say beside the context.
    """
    return {
        "/props": {"default_generation_settings": {"n_ctx": 32_768}, "total_slots": 1, **props},
        "/v1/models": {
            "data": [{"id": "gpt-oss", "owned_by": "llamacpp", "meta": {"n_ctx_train": 131_072}}]
        },
    }


def vllm() -> dict[str, Any]:
    """Return the answers of a vLLM."""
    return {
        "/v1/models": {"data": [{"id": "Qwen/Qwen3", "owned_by": "vllm", "max_model_len": 65_536}]}
    }
