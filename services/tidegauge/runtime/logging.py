"""Structured logs of every service and library alike, to stderr; secrets and identities are withheld."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

LogFormat = Literal["console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

WITHHELD = "[withheld]"
_SECRET_KEYS = frozenset({"authorization", "cookie", "password", "secret", "signature", "token"})
_IDENTITY_KEYS = frozenset({"declaration_id", "exporter", "importer", "manufacturer"})
_WITHHELD_KEYS = _SECRET_KEYS | _IDENTITY_KEYS
_SECRET_TEXT = re.compile(
    r"(?P<lead>\bBearer\s+|[?&](?:token|secret|password)=|://[^/\s:@]*:(?=[^/\s@]+@))[^\s&@\"']+"
    r"|\bwh(?:sec|sk)_[A-Za-z0-9+/=_-]+",
    re.IGNORECASE,
)
# Libraries that tell at INFO what we tell ourselves, or print addresses with their query.
_QUIET = ("aiokafka", "alembic", "faust", "httpcore", "httpx", "mode", "uvicorn.access", "uvicorn.error")


def configure(level: LogLevel = "info", form: LogFormat = "console") -> None:
    """Send structlog's and the standard library's records through one chain to stderr.

    May be called again; it replaces its own handler and leaves those of others.
    """
    shared = _shared_processors()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # so that configuring again reaches loggers already made
    )
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    for former in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; `name` is the service or the module it speaks for."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def withhold(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: nothing secret and nobody's identity passes, at whatever depth it lies."""
    return {key: WITHHELD if _is_withheld(key) else _clean(value) for key, value in event.items()}


class _Handler(logging.StreamHandler[Any]):
    """Ours, to be told from handlers that others put on the root logger; follows a replaced stderr."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # as text it can be cleaned, and shows no local variables
        withhold,
    ]


def _renderer(form: LogFormat) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def _is_withheld(key: str) -> bool:
    name = key.lower().replace("-", "_")
    return name in _WITHHELD_KEYS or name.endswith(("_token", "_secret", "_password", "_signature"))


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _SECRET_TEXT.sub(lambda found: (found["lead"] or "") + WITHHELD, value)
        case Mapping():
            return {
                key: WITHHELD if _is_withheld(str(key)) else _clean(inner) for key, inner in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_clean(inner) for inner in value]
        case BaseException():
            return f"{type(value).__name__}: {_clean(str(value))}"
        case _:
            return value
