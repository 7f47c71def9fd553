"""Every error that PyCode raises on purpose.

    PyCodeError
    ├── UsageError                  the user asked for something that cannot be
    │   └── NotConfiguredError      no model, no key
    ├── ConfigError                 a configuration file is wrong
    ├── StorageError                PyCode's own folder cannot be read or written
    │   ├── SessionNotFoundError
    │   └── SessionBusyError        another live process owns the session
    ├── EditError                   a text edit has no place, or more than one
    ├── LimitError                  a limit of the run was reached
    └── ProviderError               the model's service failed; carries provider, model, status, request id
        ├── AuthenticationError     the key is wrong or missing
        ├── AccessError             the key is right and may not do this
        ├── QuotaError              no credit left; waiting does not help
        ├── RateLimitError          too many requests; waiting helps
        ├── OverloadedError         the service is overloaded or failed by itself
        ├── ModelNotFoundError
        ├── ContextOverflowError    the request is larger than the model's context
        ├── ContentFilterError
        ├── BadRequestError
        ├── NetworkError            no connection, or it broke
        │   └── DeadlineError       nothing arrived in time
        └── ProtocolError           the answer is not what the protocol says

A message is one sentence for a person: what went wrong, where, and what to do. Bugs are not in this tree.
"""

from __future__ import annotations

from typing import ClassVar


class PyCodeError(Exception):
    """The root of PyCode's errors."""

    code: ClassVar[str] = "error"
    """A stable name for programs and for the documentation."""
    exit_code: ClassVar[int] = 1
    """What the command line exits with."""


class UsageError(PyCodeError):
    """The command or call cannot be carried out as asked."""

    code = "usage"
    exit_code = 2


class NotConfiguredError(UsageError):
    """No model can be used: no key and no server."""

    code = "not-configured"


class ConfigError(PyCodeError):
    """A configuration file cannot be read, or says something that PyCode does not know."""

    code = "config"
    exit_code = 2


class StorageError(PyCodeError):
    """PyCode's own folder cannot be read or written."""

    code = "storage"


class SessionNotFoundError(StorageError):
    """No session has this id."""

    code = "session-not-found"
    exit_code = 2


class SessionBusyError(StorageError):
    """Another live process owns the session."""

    code = "session-busy"


class EditError(PyCodeError):
    """An edit matches no place, more than one, or would change nothing."""

    code = "edit"


class LimitError(PyCodeError):
    """The run reached a limit that the user set."""

    code = "limit"
    exit_code = 4


class ProviderError(PyCodeError):
    """The model's service failed.

    Attributes:
        provider: The provider's name, empty when it is not known.
        model: The model that was asked.
        status: The HTTP status, or None when there was no answer.
        request_id: The service's own id for the request, for its support.
        retry_after: How long the service asked to wait, in seconds, or None.
    """

    code = "provider"
    exit_code = 5
    retryable: ClassVar[bool] = False
    """Whether sending the same request again can help."""

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        model: str = "",
        status: int | None = None,
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.model = model
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after


class AuthenticationError(ProviderError):
    """The key is wrong, expired or missing."""

    code = "authentication"


class AccessError(ProviderError):
    """The key is right, but it may not use this model or service."""

    code = "access"


class QuotaError(ProviderError):
    """The account has no credit left; waiting does not help."""

    code = "quota"


class RateLimitError(ProviderError):
    """Too many requests; waiting helps."""

    code = "rate-limit"
    retryable = True


class OverloadedError(ProviderError):
    """The service is overloaded or failed by itself."""

    code = "overloaded"
    retryable = True


class ModelNotFoundError(ProviderError):
    """The service has no model of this name."""

    code = "model-not-found"


class ContextOverflowError(ProviderError):
    """The request is larger than the model's context."""

    code = "context-overflow"


class ContentFilterError(ProviderError):
    """The service refused the content."""

    code = "content-filter"


class BadRequestError(ProviderError):
    """The service does not accept the request."""

    code = "bad-request"


class NetworkError(ProviderError):
    """No connection to the service, or the connection broke."""

    code = "network"
    retryable = True


class DeadlineError(NetworkError):
    """The service sent nothing for too long."""

    code = "deadline"


class ProtocolError(ProviderError):
    """The answer is not what the protocol says."""

    code = "protocol"


def error_class(code: str) -> type[PyCodeError]:
    """Return the class of a stable name, or the root's for an unknown one."""
    kinds: list[type[PyCodeError]] = [PyCodeError]
    while kinds:
        kind = kinds.pop()
        if kind.code == code:
            return kind
        kinds.extend(kind.__subclasses__())
    return PyCodeError


def exit_code_of(code: str) -> int:
    """Return what the command line exits with for an error of this stable name; 1 for an unknown one."""
    return error_class(code).exit_code
