"""Named places where a test may kill the process, to prove that nothing is lost there.

`TIDEGAUGE_CRASH_AT=monitor.before_commit:3` sends SIGKILL to this very process at the third passage.
"""

import os
import signal
from collections import Counter

CRASH_POINTS = (
    "ingest.before_commit",
    "ingest.after_commit",
    "monitor.before_commit",
    "monitor.after_commit",
    "intake.before_commit",
    "intake.after_commit",
    "notify.before_commit",
    "notify.after_commit",
    "notify.before_send",
    "notify.after_send",
    "notify.after_record",
)
KAFKA_CRASH_POINTS = (
    "ingest.before_commit",
    "ingest.after_commit",
    "monitor.before_commit",
    "monitor.after_commit",
    "relay.before_send",
    "relay.after_send",
    "relay.before_commit",
    "relay.after_commit",
    "marks.before_send",
    "marks.after_send",
)
# Of `tidegauge ledgers rebuild`.
REBUILD_CRASH_POINTS = (
    "ingest.before_commit",
    "ingest.after_commit",
    "relay.before_commit",
    "relay.after_commit",
    "rebuild.before_rename",
    "rebuild.after_rename",
)
# Of what comes over HTTP, which needs a process that serves.
UPLOAD_CRASH_POINTS = (
    "upload.received",
    "inbox.before_release",
    "inbox.before_rename",
    "inbox.after_release",
)
_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Mark a crash point; kills the process if the environment asks for this passage of it."""
    wanted = os.environ.get("TIDEGAUGE_CRASH_AT")
    if wanted is None:
        return
    _passed[name] += 1
    if wanted == f"{name}:{_passed[name]}":
        os.kill(os.getpid(), signal.SIGKILL)
