"""`tidegauge up`: ingest, monitor, intake and notify composed into one process."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tidegauge.domain.alerts import Alert
from tidegauge.domain.ruleset import Ruleset
from tidegauge.entrance import long_bodies, open_entrance
from tidegauge.feeder import Feeder, Hooks, Screen
from tidegauge.ingest import switch
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.watch import Watch
from tidegauge.instruments import Instruments
from tidegauge.intake.service import build_intake
from tidegauge.notify.addresses import AllowListError
from tidegauge.notify.service import build_notify
from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.health import Health, operations_router
from tidegauge.runtime.metrics import Metrics
from tidegauge.runtime.serving import bind, make_server
from tidegauge.runtime.settings import Settings
from tidegauge.runtime.token import OperatorToken, load_or_create
from tidegauge.stream import Stream, desk_database, in_order, ingest_settings, open_events, prepared

EVENTS_A_STEP = 500
WATCHED_FILE = "watched.json"
INBOX_LOOK_S = 1.0
LAST_WEBHOOKS_S = 120.0  # `--once` waits no longer for receivers that hang


@dataclass(slots=True)
class Options:
    """How to run."""

    sources: Callable[[], Sequence[SourceFile]]  # files to feed first
    ruleset: Ruleset
    live_from: int
    watch: Sequence[Path] = ()  # folders
    once: bool = False


@dataclass(slots=True)
class Ending:
    """Why the process ends, if something failed."""

    errors: list[BaseException] = field(default_factory=list)


class Up:
    """The composition root of the embedded runtime."""

    def __init__(self, settings: Settings, options: Options, screen: Screen) -> None:
        self._settings, self._options, self._screen = settings, options, screen
        self.data_dir = prepared(settings.data_dir)
        self.token: OperatorToken = load_or_create(self.data_dir)
        self.metrics, clock = Metrics(), SystemClock()
        self.health = Health(self.metrics, clock, settings.stall_after_s)
        self._instruments = Instruments(self.metrics)
        self._stream = Stream(self.data_dir, ingest_settings(settings), observe=self._instruments.output)
        self._entrance = open_entrance(settings, clock)
        self._entrance.inbox.recover()
        self._watch = Watch(options.watch, self._entrance.uploads, self.data_dir / WATCHED_FILE)
        engine, reader = desk_database(settings), open_events(self.data_dir)
        self._intake = build_intake(
            engine,
            reader,
            settings,
            clock,
            self.token.token,
            report=self._instruments.intake,
            ruleset=options.ruleset,
            long_bodies=long_bodies(settings),
            ingest=self._entrance.desk(),
        )
        try:
            self._notify = build_notify(engine, reader, settings, clock, self.metrics)
        except AllowListError as error:
            raise UserError(str(error)) from error
        self.app = self._intake.app
        self.app.include_router(self._notify.router)
        for router in self._entrance.routers():
            self.app.include_router(router)
        self.app.include_router(operations_router(self.health, self.metrics, self._look_at_feeds))
        self._more, self._over = threading.Event(), threading.Event()
        self._feeder = Feeder(
            self._stream,
            self._entrance.inbox,
            screen,
            Hooks(self._tell, self._over.is_set, self._instruments.file),
        )
        self._ending = Ending()

    async def run(self, ready: Callable[[str], None]) -> None:
        """Run until stopped, or with `once` until all is fed and delivered; `ready` gets the desk's address.

        Raises UserError where the port is taken, and whatever ended a service.
        """
        listening = None if self._options.once else bind(self._settings.host, self._settings.port)
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        sending = asyncio.create_task(self._notify.sender.run(stop))
        threads = [self._thread("stream", self._feed), self._thread("desk", self._consume)]
        fed = asyncio.create_task(asyncio.to_thread(threads[0].join))
        try:
            if listening is None:
                await fed
            else:
                await self._serve(listening, (fed, sending), ready)
        finally:
            self._over.set()
            self._more.set()
            await fed
            await loop.run_in_executor(None, threads[1].join)
            stop.set()
            self._notify.sender.wake()
            await sending
            if self._options.once and not self._ending.errors:
                await self._deliver_rest()
            await self._notify.sender.close()
            self._stream.__exit__()
        if self._ending.errors:
            raise self._ending.errors[0]

    async def _serve(
        self, listening: socket.socket, others: Sequence["asyncio.Task[None]"], ready: Callable[[str], None]
    ) -> None:
        """Serve the desk until a signal comes or another service ends, which it does only by an error."""
        server = make_server(self.app)

        def stop() -> None:
            self._intake.close()  # open event streams would hold the server
            server.should_exit = True

        for stopping in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(stopping, stop)
        host, port = listening.getsockname()[:2]
        ready(f"http://{host}:{port}/")
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await asyncio.wait({serving, *others}, return_when=asyncio.FIRST_COMPLETED)
        stop()
        await serving

    async def _deliver_rest(self) -> None:
        """Give every webhook that is due its attempt before the process ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WEBHOOKS_S):
                while await self._notify.sender.deliver_due(SystemClock().now()):
                    pass

    def _thread(self, name: str, work: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - carried over to the main thread, which raises it
                self._ending.errors.append(error)
                self.health.failed(name, type(error).__name__)
                self._over.set()
                self._more.set()

        self.health.register(name)
        thread = threading.Thread(target=guarded, name=name)
        thread.start()
        return thread

    def _feed(self) -> None:
        """The stream thread: what was left, the files asked for, then the inbox."""
        self._stream.set_rules(self._options.ruleset, self._options.live_from)
        if self._settings.seed_rates:
            self.health.working("stream", "reading the rates that come with the program")
            self._stream.seed_rates()
        self._feeder.catch_up()
        for source in in_order(self._options.sources()):
            if not self._over.is_set():
                self._feeder.take(source)
        if not (self._over.is_set() or self._options.once):
            self._screen.settled()
        while not (self._over.is_set() or self._options.once):
            self.health.idle("stream", self._waiting_for())
            for path, reason in self._watch.look():
                self._screen.refused(str(path), reason)
            self._feeder.take_waiting()
            self._over.wait(INBOX_LOOK_S)

    def _look_at_feeds(self) -> None:
        self._instruments.feeds(self._entrance.feeds.feeds())

    def _waiting_for(self) -> str:
        """What /readyz says of an idle stream: which feeds are paused."""
        stopped = sorted(switch.all_paused(self._stream.store))
        return f"waiting; paused feeds: {', '.join(stopped)}" if stopped else "waiting"

    def _tell(self, alerts: Sequence[Alert]) -> None:
        self.health.working("stream", "reading and judging")
        self._instruments.alerts(alerts)
        self._instruments.monitor(self._stream.monitor)
        for alert in alerts:
            self._screen.alert(alert)
        self._more.set()

    def _consume(self) -> None:
        """The desk thread: intake and notify follow the event logs."""
        while True:
            over = self._over.is_set()  # looked at first: what came before it is still taken
            self._more.clear()
            while self._intake.consumer.step(EVENTS_A_STEP) + self._notify.consumer.step(EVENTS_A_STEP):
                self.health.working("desk", "storing alerts and figures")
                self._intake.changed()
            self.health.idle("desk")
            if over:
                return
            self._more.wait()
