"""Which events leave, and for whom."""

import pytest
from tests.alerts import make_alert

from tidegauge.domain.alerts import Audience, Family, Severity, Status, SubjectKind
from tidegauge.notify.matching import Filter, Match, Release, match, predecessor, release


@pytest.mark.parametrize(
    ("changes", "known", "expected"),
    [
        pytest.param({}, None, Release.RELEASED, id="public"),
        pytest.param({"audience": Audience.ASSOCIATION}, None, Release.RELEASED, id="association"),
        pytest.param({"audience": Audience.AUTHORITY}, None, Release.AUTHORITY_ONLY, id="authority"),
        pytest.param({"subject_kind": SubjectKind.LINE}, None, Release.AUTHORITY_ONLY, id="a line"),
        pytest.param({"historical": True}, None, Release.HISTORICAL, id="historical"),
        pytest.param(
            {"status": Status.SUPERSEDED}, Severity.WATCH, Release.SUPERSEDED_WITHOUT_RISE, id="same severity"
        ),
        pytest.param(
            {"status": Status.SUPERSEDED, "severity": Severity.WARNING},
            Severity.WATCH,
            Release.RELEASED,
            id="closed with a rise",
        ),
        pytest.param(
            {"supersedes": "old"}, Severity.WATCH, Release.SUPERSEDED_WITHOUT_RISE, id="silent successor"
        ),
        pytest.param(
            {"supersedes": "old", "severity": Severity.CRITICAL},
            Severity.WATCH,
            Release.RELEASED,
            id="graver successor",
        ),
        pytest.param({"supersedes": "old"}, None, Release.RELEASED, id="predecessor was never told"),
        pytest.param(
            {"supersedes": "old", "status": Status.UPDATED},
            Severity.CRITICAL,
            Release.RELEASED,
            id="a later event of a successor",
        ),
    ],
)
def test_what_may_leave(changes, known, expected):
    assert release(make_alert(**changes), known) is expected


def test_whose_severity_is_compared():
    assert predecessor(make_alert()) == ""
    assert predecessor(make_alert(supersedes="old")) == "old"
    closing = make_alert(status=Status.SUPERSEDED)
    assert predecessor(closing) == closing.alert_id


@pytest.mark.parametrize(
    ("wanted", "changes", "expected"),
    [
        pytest.param(Filter(), {}, Match.MATCHED, id="everything"),
        pytest.param(Filter(products=("3102",)), {}, Match.MATCHED, id="prefix"),
        pytest.param(Filter(products=("72", "3103")), {}, Match.PRODUCT_NOT_IN_FILTER, id="other prefixes"),
        pytest.param(
            Filter(products=("310221009",)), {}, Match.PRODUCT_NOT_IN_FILTER, id="longer than the code"
        ),
        pytest.param(Filter(origins=("CN",)), {}, Match.MATCHED, id="origin"),
        pytest.param(Filter(origins=("RU",)), {}, Match.ORIGIN_NOT_IN_FILTER, id="other origin"),
        pytest.param(Filter(origins=("*",)), {"origin": ""}, Match.MATCHED, id="all origins"),
        pytest.param(
            Filter(origins=("CN",)), {"origin": ""}, Match.ORIGIN_NOT_IN_FILTER, id="one origin, not all"
        ),
        pytest.param(Filter(families=(Family.PRICE,)), {}, Match.FAMILY_NOT_IN_FILTER, id="other family"),
        pytest.param(Filter(reporters=("JP",)), {}, Match.REPORTER_NOT_IN_FILTER, id="other reporter"),
        pytest.param(Filter(min_severity=Severity.WARNING), {}, Match.BELOW_MINIMUM_SEVERITY, id="too mild"),
        pytest.param(
            Filter(min_severity=Severity.WARNING),
            {"severity": Severity.CRITICAL},
            Match.MATCHED,
            id="graver than asked",
        ),
        pytest.param(
            Filter(), {"audience": Audience.ASSOCIATION}, Match.AUDIENCE_NOT_COVERED, id="not cleared"
        ),
        pytest.param(
            Filter(audience=Audience.ASSOCIATION),
            {"audience": Audience.ASSOCIATION},
            Match.MATCHED,
            id="cleared",
        ),
        pytest.param(Filter(audience=Audience.ASSOCIATION), {}, Match.MATCHED, id="association sees public"),
        pytest.param(
            Filter(audience=Audience.AUTHORITY),
            {"audience": Audience.AUTHORITY},
            Match.AUDIENCE_NOT_COVERED,
            id="no filter reaches authority",
        ),
    ],
)
def test_who_asked_for_it(wanted, changes, expected):
    assert match(make_alert(**changes), wanted) is expected


def test_whoever_was_told_of_an_alert_hears_its_end():
    wanted = Filter(min_severity=Severity.WARNING)
    assert match(make_alert(), wanted, told=True) is Match.FOLLOWS_WHAT_WAS_TOLD
    assert match(make_alert(severity=Severity.WARNING), wanted, told=True) is Match.MATCHED
    other = Filter(products=("72",), min_severity=Severity.WARNING)
    assert match(make_alert(), other, told=True) is Match.PRODUCT_NOT_IN_FILTER
