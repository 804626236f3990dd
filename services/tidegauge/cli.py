"""The command line: `tidegauge`."""

import typer

from tidegauge.commands import alerts, feeds, ledgers, quarantine, rules, schemas, subscriptions, topics
from tidegauge.commands.backtest import backtest
from tidegauge.commands.cases import cases
from tidegauge.commands.desk import intake, notify
from tidegauge.commands.ingest import ingest
from tidegauge.commands.monitor import monitor
from tidegauge.commands.replay import replay
from tidegauge.commands.scenario import scenario
from tidegauge.commands.trace import trace
from tidegauge.commands.up import up
from tidegauge.runtime.errors import run_cli

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Watches import figures as they arrive and flags surges by published trade-remedy rules.",
)
app.command()(up)
app.command()(ingest)
app.command()(intake)
app.command()(notify)
app.command()(monitor)
app.command()(replay)
app.command()(backtest)
app.command()(cases)
app.command()(trace)
app.command()(scenario)
app.add_typer(rules.app, name="rules")
app.command("schemas")(schemas.schemas)
app.add_typer(feeds.app, name="feeds")
app.add_typer(alerts.app, name="alerts")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(subscriptions.app, name="subscriptions")
app.add_typer(topics.app, name="topics")
app.add_typer(ledgers.app, name="ledgers")


def main() -> None:
    """Run the command line."""
    run_cli(app)
