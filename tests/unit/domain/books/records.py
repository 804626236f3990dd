"""Reference records for tests: every field that a test does not name has a default."""


def filled(made):
    return {name: said for name, said in made.items() if said is not None}


def price(value, **changes):
    made = {
        "source": "worldbank:urea", "kind": "benchmark", "product": "310210", "period": "2020-01",
        "price": value, "currency": "USD", "unit": "kg",
    }  # fmt: skip
    return filled(made | changes)


def indicator(value, **changes):
    made = {
        "reporter": "BR", "product": "3102", "indicator": "production", "period": "2020-01", "value": value,
        "unit": "t", "source": "ibge",
    }  # fmt: skip
    return filled(made | changes)


def measure(**changes):
    made = {
        "measure_id": "A-1", "authority": "US", "target": "CN", "kind": "AD", "stage": "definitive",
        "products": ["7217101000", "7229"], "initiated": "2019-03-05", "definitive": "2020-01-20",
    }  # fmt: skip
    return filled(made | changes)


def subsidy(**changes):
    made = {
        "programme_id": "P1", "granting": "CN", "products": ["310210"], "benefit_ad_valorem": 12.5,
        "source": "EU 2019/1",
    }  # fmt: skip
    return filled(made | changes)


def scope(**changes):
    return filled({"scope_id": "wire", "name": "Wire", "products": ["7217", "722990"]} | changes)


def tariff(rate, **changes):
    made = {"reporter": "BR", "product": "3102", "duty_rate": rate, "valid_from": "2019-01-01"}
    return filled(made | changes)


def trigger(level, **changes):
    made = {
        "instrument": "WTO SSG", "reporter": "JP", "scope_id": "wire", "level": level, "unit": "t",
        "valid_from": "2019-04-01", "valid_to": "2020-03-31",
    }  # fmt: skip
    return filled(made | changes)


def events(day, *products):
    """A duty on Chinese goods: one of the United States begins, one of Brazil ends."""
    fields = {"stage": "definitive", "products": list(products), "initiated": None, "definitive": None}
    yield "measure", measure(**fields | {"initiated": day})
    yield "measure", measure(**fields | {"authority": "BR", "expires": day})


def capacities(product, year, **changes):
    """The capacity of the Chinese industry doubles in a year."""
    for when, value in ((year - 1, 1.0), (year, 2.0)):
        row = indicator(value, reporter="CN", product=product, indicator="capacity", period=f"{when}-01")
        yield "industry", row | changes
