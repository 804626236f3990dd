import json

import numpy as np
import pytest

from tidegauge.domain.codes import product_number
from tidegauge.domain.periods import month_number
from tidegauge.domain.rules.base import Money
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset, RulesFileError, parse_rules_toml

PUBLISHED_EXAMPLE = """\
[rules.ec-trade-diversion]
enabled = true
min_weekly_value = { value = 200_000, currency = "EUR" }   # currency = "feed" takes the number as it is

[[rules.ec-trade-diversion.for]]                            # another value for one product group
products = ["72", "73"]
min_weekly_value = { value = 100_000, currency = "EUR" }
"""
EC = "ec-trade-diversion"


def test_without_a_file_every_rule_is_on_with_its_defaults():
    rules = parse_rules_toml("")
    assert rules == Ruleset.default()
    assert [rule.id for rule in rules.rules()] == [one.id for one in RULES.values() if one.default_on]
    assert rules.parameters_for(EC, "31022100") == RULES[EC].defaults()


def test_the_documented_example_is_taken():
    rules = parse_rules_toml(PUBLISHED_EXAMPLE)
    assert rules.parameters_for(EC, "31022100")["min_weekly_value"] == Money(200_000.0, "EUR")
    assert rules.parameters_for(EC, "7208")["min_weekly_value"] == Money(100_000.0, "EUR")
    assert rules.parameters_for(EC, "7208")["min_quantity_growth"] == 0.05


def test_percent_is_read_as_a_fraction_and_feed_as_a_currency():
    rules = parse_rules_toml(f"""
[rules.{EC}]
min_quantity_growth = {{ value = 7.5, unit = "%" }}
max_unit_value_change = {{ value = -0.1, unit = "fraction" }}
min_weekly_value = {{ value = 1, currency = "feed" }}
c1_significance = 0.05
""")
    found = rules.parameters_for(EC, "31")
    assert found["min_quantity_growth"] == 0.075
    assert found["max_unit_value_change"] == -0.1
    assert found["min_weekly_value"] == Money(1.0, "feed")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[rules.ec-diversion]\nenabled = true", 1, "no rule 'ec-diversion'"),
        ("\n[rules.ec-trade-diversion]\nenabled = true\nmin_week = 3", 4, "no parameter 'min_week'"),
        ("[rules.ec-trade-diversion]\nmin_weekly_value = 200_000", 2, "amount of money"),
        (
            '[rules.ec-trade-diversion]\nmin_weekly_value = { value = 1, currency = "euro" }',
            2,
            "currency 'euro'",
        ),
        (
            '[rules.ec-trade-diversion]\nmin_weekly_value = { value = -1, currency = "EUR" }',
            2,
            "not negative",
        ),
        ('[rules.share-gain]\n\nmin_share_gain = { value = 5, unit = "points" }', 3, "unknown unit 'points'"),
        ('[rules.share-gain]\nmin_share_gain = "much"', 2, "must be a number"),
        ("[rules.share-gain]\n\n[rules.share-gain.min_value]\nvalue = 1", 3, "amount of money"),
        ("[rules.share-gain]\nmin_share_gain = true", 2, "must be a number"),
        ("[rules.share-gain]\nmin_share_gain = nan", 2, "must be a number"),
        ("[rules.ec-trade-diversion]\nc1_kept_share = 0.1", 2, "between 0.5 and 1"),
        ('[rules.share-gain]\nenabled = "yes"', 2, "true or false"),
        ('[rules.share-gain]\nproducts = ["72"]', 2, "belongs under [[rules.share-gain.for]]"),
        ("[[rules.share-gain.for]]\nmin_share_gain = 0.1", 1, "needs 'products'"),
        ('[[rules.share-gain.for]]\nproducts = ["7"]', 2, "'7' is not a product code"),
        ("[[rules.share-gain.for]]\nproducts = [72]", 2, "72 is not a product code"),
        (
            '[[rules.share-gain.for]]\nproducts = ["72"]\n[[rules.share-gain.for]]\n#\nproducts = ["72"]',
            5,
            "'72' is in two groups",
        ),
        (
            '[[rules.share-gain.for]]\nproducts = ["72"]\n[[rules.share-gain.for]]\nproducts = ["73"]\nm = 3',
            5,
            "no parameter 'm'",
        ),
        ('[[rules.share-gain.for]]\nproducts = ["72"]\n[rules.share-gain.for.for]', 3, "no parameter 'for'"),
        ("[rules.share-gain]\nfor = 3", 2, "written [[rules.share-gain.for]]"),
        ("[rule.share-gain]\nenabled = true", 1, "'rule' is not known here"),
        ("\n\nrules = 3", 3, "must be a table"),
        ("[rules]\nshare-gain = 3", 2, "must be a table"),
        ("[rules]\nshare-gain = { min_share = 3 }", 2, "no parameter 'min_share'"),
        ("rules.share-gain.min_share = 3", 1, "no parameter 'min_share'"),
        ('[rules."share-gain"]\n"enabled" = 1', 2, "true or false"),
    ],
)
def test_what_is_not_known_is_refused_with_its_line(text, line, says):
    with pytest.raises(RulesFileError) as caught:
        parse_rules_toml(text)
    message = str(caught.value)
    assert message.startswith(f"rules file, line {line}: ")
    assert says in message
    assert "\n" not in message


def test_what_is_no_toml_is_refused_with_its_line():
    with pytest.raises(RulesFileError, match="line 2"):
        parse_rules_toml("[rules.share-gain]\nenabled = = true")


def test_a_rule_can_be_off_and_on_for_a_group():
    rules = parse_rules_toml("""
[rules.share-gain]
enabled = false
[rules.new-entrant]
enabled = false
[[rules.new-entrant.for]]
products = ["28"]
enabled = true
""")
    on = [rule.id for rule in rules.rules()]
    assert on[:3] == [EC, "cefic-import-surge", "new-entrant"]
    assert "share-gain" not in on
    products = np.array([product_number(code) for code in ("2801", "2901")])
    assert [rows.tolist() for _, rows in rules.groups("new-entrant", products)] == [[0]]
    assert rules.groups("share-gain", products) == []


def test_the_longest_code_decides_and_leading_zeros_count():
    rules = parse_rules_toml(f"""
[[rules.{EC}.for]]
products = ["72", "01"]
min_quantity_growth = 0.1
[[rules.{EC}.for]]
products = ["720810"]
max_unit_value_change = -0.2
""")
    codes = ["72081000", "720810", "7208", "72", "01", "0101", "1001", "31022100", "1", "10"]
    codes = [code for code in codes if len(code) > 1]
    products = np.array([product_number(code) for code in codes])
    vectorised = {}
    for parameters, rows in rules.groups(EC, products):
        for row in rows.tolist():
            vectorised[codes[row]] = dict(parameters)
    assert vectorised == {code: rules.parameters_for(EC, code) for code in codes}
    growth = {code: parameters["min_quantity_growth"] for code, parameters in vectorised.items()}
    assert growth["7208"] == growth["0101"] == 0.1
    assert growth["720810"] == growth["72081000"] == growth["1001"] == 0.05
    assert vectorised["720810"]["max_unit_value_change"] == -0.2


def test_a_changed_parameter_changes_the_version_of_its_rule_alone():
    default, changed = Ruleset.default(), parse_rules_toml(PUBLISHED_EXAMPLE)
    assert changed.version(EC) != default.version(EC)
    assert changed.version("share-gain") == default.version("share-gain")
    revision, _, digits = default.version(EC).partition("-")
    assert int(revision) == RULES[EC].revision
    assert len(digits) == 8
    assert set(digits) <= set("0123456789abcdef")


def test_the_same_settings_written_otherwise_have_the_same_version():
    one = parse_rules_toml(f"[rules.{EC}]\nmin_quantity_growth = 0.05")
    assert one == Ruleset.default()
    assert one.hash() == Ruleset.default().hash()


def test_the_record_gives_back_exactly_the_same_rules():
    rules = parse_rules_toml(PUBLISHED_EXAMPLE)
    record = json.loads(json.dumps(rules.to_record()))
    back = Ruleset.from_record({**record, "live_from": "24000"})
    assert back == rules
    assert back.hash() == record["hash"]
    assert back.version(EC) == rules.version(EC)


def test_a_record_of_other_rules_is_refused():
    record = Ruleset.default().to_record()
    record["content"]["rules"][EC]["revision"] = 99
    record["content"]["rules"][EC]["enabled"] = False
    with pytest.raises(ValueError, match="other rules"):
        Ruleset.from_record(record)
    del record["content"]["rules"][EC]["parameters"]["c1_significance"]
    with pytest.raises(ValueError, match="other parameters"):
        Ruleset.from_record(record)
    record["content"]["rules"] = {"no-such-rule": {}}
    with pytest.raises(ValueError, match="no-such-rule"):
        Ruleset.from_record(record)


def test_only_some_rules_can_be_asked_for():
    assert [rule.id for rule in Ruleset.default().only((EC,)).rules()] == [EC]
    with pytest.raises(ValueError, match="no rule 'ec'"):
        Ruleset.default().only(("ec",))


@pytest.mark.parametrize(
    ("reporter", "month", "inside", "outside"),
    [
        ("EU", "2024-01", {"DE", "HR", "XI", "EU"}, {"GB", "CH", "BR"}),
        ("FR", "2020-12", {"GB", "FR"}, {"XI"}),
        ("FR", "2021-01", {"XI"}, {"GB"}),
        ("EU", "2013-06", {"BG"}, {"HR"}),
    ],
)
def test_a_customs_union_has_the_members_of_its_time(reporter, month, inside, outside):
    members = Ruleset.default().area(reporter, month_number(month))
    assert inside <= members
    assert not outside & members


def test_a_country_outside_every_union_has_no_area():
    assert Ruleset.default().area("BR", month_number("2024-01")) == frozenset()
    assert Ruleset.default().area("GB", month_number("2021-01")) == frozenset()
    assert "GB" in Ruleset.default().area("GB", month_number("2020-12"))


def test_the_union_of_2024_has_27_members():
    assert len(Ruleset.default().area("EU", month_number("2024-01")) - {"EU", "XI"}) == 27
