"""Fields that several records share, so that each is described once."""

from tidegauge.domain.records.fields import Field, FieldType, Sign

T = FieldType


def reporter(*, required: bool = True) -> Field:
    """The country or union whose imports the record speaks of."""
    return Field("reporter", T.COUNTRY, "Country or union that reports (EU for the European Union)", required)


def product(*, required: bool = True, required_if: tuple[str, str] | None = None) -> Field:
    """The product code, leading zeros kept."""
    text = "Product code, digits only, leading zeros kept"
    return Field("product", T.PRODUCT, text, required, required_if=required_if)


def products(*, required: bool = True, one_family: bool = False) -> Field:
    """Product codes or prefixes."""
    text = "Product codes or prefixes, separated by blanks or ;"
    if one_family:
        text += ", all of one chapter (72 and 73, and 84 and 85, count as one)"
    return Field("products", T.PRODUCTS, text, required, one_family=one_family)


def nomenclature(*, required: bool = False) -> Field:
    """The code list and its edition."""
    return Field("nomenclature", T.TEXT, "Code list and edition, such as HS2022, CN2025, NCM", required)


def origin(*, required: bool = False, required_if: tuple[str, str] | None = None) -> Field:
    """The country of origin."""
    text = "Country of origin; ZZ not declared, QR other origins pooled"
    return Field("origin", T.COUNTRY, text, required, required_if=required_if)


def period(*, required: bool = True) -> Field:
    """The month."""
    return Field("period", T.PERIOD, "Month", required)


def source(*, required: bool = True) -> Field:
    """Who published the record, and in which series."""
    return Field("source", T.TEXT, "Publisher or feed, and its series where it has several", required)


def vintage() -> Field:
    """The date of publication."""
    text = "Date of publication; empty: unknown, taken as published when its month closed"
    return Field("vintage", T.DATE, text)


def url() -> Field:
    """Where the record can be read."""
    return Field("url", T.TEXT, "Address of the publication")


def number(name: str, description: str, *, required: bool = False, sign: Sign = Sign.NON_NEGATIVE) -> Field:
    """A plain decimal number: a rate, a price or an index."""
    return Field(name, T.DECIMAL, description, required, sign=sign)


def trade_amounts(*, mass_required: bool = False) -> tuple[Field, ...]:
    """Mass, quantity, value and its parts, as declarations and flows carry them."""
    return (
        Field("net_mass_kg", T.MASS, "Net mass; empty is missing, never 0", mass_required),
        Field("quantity", T.QUANTITY, "Supplementary quantity", needs="quantity_unit"),
        Field("quantity_unit", T.TEXT, "Unit of the quantity: UN/ECE Rec 20, or the nomenclature's own"),
        Field("value", T.MONEY, "Value in the currency, on the value basis", needs="currency"),
        Field("currency", T.CURRENCY, "ISO 4217 code of value, freight and insurance"),
        Field("value_basis", T.CHOICE, "What the value includes", choices=("CIF", "FOB", "customs")),
        Field("freight", T.MONEY, "Freight, where it is known apart", needs="currency"),
        Field("insurance", T.MONEY, "Insurance, where it is known apart", needs="currency"),
    )
