"""Decisions: one reason for every event, whatever the desk has decided before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.alerts import make_alert

from tidegauge.domain.alerts import Family, Severity, Status
from tidegauge.domain.decisions import Context, IntakeReason, decide
from tidegauge.domain.situations import SituationState, Standing

WATCHED = Standing(Severity.WATCH, (Family.SURGE,), {"ec quantity_change": 0.4})
WARNED = Standing(Severity.WARNING, (Family.SURGE,), {"ec quantity_change": 0.4})
FAINT = Standing(Severity.INFO, (Family.SURGE,))


@pytest.mark.parametrize(
    ("alert", "context", "expected"),
    [
        ({}, Context(after=WATCHED), IntakeReason.SITUATION_OPENED),
        ({}, Context(before=FAINT, after=WATCHED), IntakeReason.SITUATION_OPENED),
        ({}, Context(before=WATCHED, after=WATCHED), IntakeReason.JOINED),
        ({"seq": 2}, Context(last_seq=1, before=WATCHED, after=WATCHED), IntakeReason.UPDATED),
        ({"seq": 2}, Context(last_seq=1, before=WATCHED, after=WARNED), IntakeReason.WORSENED),
        ({"seq": 2}, Context(last_seq=2, before=WATCHED, after=WARNED), IntakeReason.OUT_OF_ORDER),
        ({}, Context(seen=True), IntakeReason.DUPLICATE),
        ({"historical": True}, Context(after=Standing()), IntakeReason.HISTORICAL),
        ({"historical": True, "status": Status.RESOLVED}, Context(), IntakeReason.HISTORICAL),
        ({"status": Status.RESOLVED}, Context(before=WATCHED), IntakeReason.RESOLVED),
        ({"status": Status.WITHDRAWN}, Context(before=WATCHED), IntakeReason.WITHDRAWN),
        ({"status": Status.SUPERSEDED}, Context(before=WATCHED), IntakeReason.SUPERSEDED),
        ({"severity": Severity.INFO}, Context(after=FAINT), IntakeReason.BELOW_THRESHOLD),
        ({}, Context(state=SituationState.IN_CASE, after=WARNED), IntakeReason.ATTACHED),
        ({}, Context(state=SituationState.SNOOZED, after=WARNED), IntakeReason.SNOOZED),
        (
            {},
            Context(state=SituationState.DISMISSED, dismissed=WATCHED, after=WATCHED),
            IntakeReason.DISMISSED_NOT_WORSE,
        ),
        (
            {},
            Context(state=SituationState.DISMISSED, dismissed=WATCHED, after=WARNED),
            IntakeReason.RETURNED_WORSE,
        ),
        ({}, Context(predecessor=Severity.WATCH, after=WATCHED), IntakeReason.SUCCESSOR),
        (
            {"severity": Severity.WARNING},
            Context(predecessor=Severity.WATCH, after=WARNED),
            IntakeReason.SITUATION_OPENED,
        ),
    ],
)
def test_the_reason(alert, context, expected):
    assert decide(make_alert(**alert), context) is expected


def test_the_operator_may_let_faint_alerts_reach_the_desk():
    reason = decide(make_alert(severity=Severity.INFO), Context(after=FAINT), least=Severity.INFO)
    assert reason is IntakeReason.SITUATION_OPENED


@given(
    st.sampled_from(Status),
    st.sampled_from(Severity),
    st.booleans(),
    st.sampled_from(SituationState),
    st.sampled_from([Standing(), FAINT, WATCHED, WARNED]),
    st.sampled_from([Standing(), FAINT, WATCHED, WARNED]),
)
def test_a_dismissed_snoozed_or_case_bound_situation_never_opens_anew(  # noqa: PLR0913, PLR0917 - one strategy each
    status, severity, historical, state, before, after
):
    alert = make_alert(status=status, severity=severity, historical=historical)
    reason = decide(alert, Context(state=state, before=before, after=after, dismissed=before))
    assert isinstance(reason, IntakeReason)
    if state is not SituationState.ACTIVE:
        assert reason not in (IntakeReason.SITUATION_OPENED, IntakeReason.WORSENED, IntakeReason.JOINED)
    if historical:
        assert reason is IntakeReason.HISTORICAL
