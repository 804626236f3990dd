"""Settings: TIDEGAUGE_* variables, each with a default that is safe on one machine."""

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.logging import LogFormat, LogLevel

ENV_PREFIX = "TIDEGAUGE_"


class Settings(BaseSettings):
    """Everything an operator may set."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="ignore")

    data_dir: Path = Field(Path("data"), description="folder of log.db, desk.db and the operator token")
    database_url: SecretStr = Field(
        SecretStr(""), description="PostgreSQL under intake and notify (postgresql://...); empty: desk.db"
    )
    host: str = Field("127.0.0.1", description="address that the desk listens on")
    port: int = Field(8480, ge=0, le=65535, description="port of the desk, API, metrics and health")
    live_from: str = Field(
        "", description="YYYY-MM; alerts of earlier periods are historical; empty: the installation"
    )
    rules_file: Path | None = Field(None, description="the operators' rules file (TOML)")
    batch_rows: int = Field(16_384, ge=1, le=65536, description="lines in one block")
    mark_every_rows: int = Field(
        250_000, ge=1, description="declaration lines between two batch marks (about a second of busy input)"
    )
    reporting_currency: str = Field(
        "", pattern="^([A-Z]{3})?$", description="currency of new feeds; empty: the first that each states"
    )
    editions: str = Field(
        "", description="sources to restate in an HS edition: `comexstat=HS2012 comtrade=HS2017`"
    )
    cif_where_stated: bool = Field(
        False, description="statistics on FOB basis that state freight and insurance are taken as CIF"
    )
    seed_rates: bool = Field(
        True, description="start with the ECB rates of the program's package; files of rates go before"
    )
    feed_max_age_days: str = Field(
        "", description="feed or kind = days, comma separated: how old a feed's newest figure may be"
    )
    feed_max_invalid_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="a feed is paused at a file of which more is refused; 0: never",
    )
    feed_min_rows: int = Field(100, ge=1, description="a share of fewer rows pauses no feed")
    feed_max_invalid_run: int = Field(
        1000, ge=0, description="a feed is paused at a file with more refused rows in a row; 0: never"
    )
    watch: str = Field("", description="folders, comma separated, whose new and rewritten files are taken")
    upload_max_mb: int = Field(1000, ge=1, description="largest file over HTTP, in millions of bytes")
    batch_max_mb: int = Field(10, ge=1, description="largest batch of records over HTTP")
    batch_max_rows: int = Field(20_000, ge=1, description="most records in one batch over HTTP")
    inbox_max_files: int = Field(1000, ge=1, description="with so many files waiting HTTP answers 429")
    inbox_max_mb: int = Field(20_000, ge=1, description="with so much waiting HTTP answers 429")
    log_level: LogLevel = Field("info", description="debug, info, warning or error")
    log_format: LogFormat = Field("console", description="console or json")
    stall_after_s: float = Field(
        60.0, gt=0, description="work pending and no progress for so long: /healthz says the service stalled"
    )
    desk_daily_limit: int = Field(15, ge=1, description="situations above the line in one day")
    desk_hosts: str = Field(
        "", description="host names, comma separated, that the desk answers to besides loopback and `host`"
    )
    product_names: Path | None = Field(None, description="CSV (product,name_en) of names shown beside codes")
    webhook_allow: str = Field(
        "", description="CIDR ranges, comma separated, that webhooks may reach although special"
    )
    webhook_timeout_s: float = Field(20.0, gt=0, description="longest wait for one webhook attempt")


def load_settings(**given: Any) -> Settings:
    """The settings of this process; what the command line gave goes before the environment.

    A value of None counts as not given. Raises UserError with the variable's name and the reason.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        variable = ENV_PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise UserError(f"{variable}: {first['msg'].lower()}, not {first['input']!r}") from error
