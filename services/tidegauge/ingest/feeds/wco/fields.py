"""Which element of a declaration message speaks for which field of a declaration row."""

from decimal import Decimal
from typing import Final

from xxhash import xxh3_64_hexdigest

from tidegauge.domain.amounts import NotANumberError, decimal_number
from tidegauge.ingest.feeds.wco.xml import Element

Fields = dict[str, str]
_KG: Final = {"": Decimal(1), "KGM": Decimal(1), "TNE": Decimal(1000), "GRM": Decimal("0.001")}
# Invoice prices by delivery terms: what else an Incoterm includes, the price is not comparable as it stands.
_BASIS: Final = {"CIF": "CIF", "CIP": "CIF", "FOB": "FOB", "FCA": "FOB", "FAS": "FOB"}
_OWN_UNIT: Final = "SUPP"  # the supplementary unit of the nomenclature, which the message leaves out
_LONGEST: Final = 24  # characters of a mass that is converted
_NON_PREFERENTIAL: Final = "1"


def header_fields(declaration: Element) -> Fields:
    """What a message says of all its items; only what it does say."""
    terms = declaration.said("GoodsShipment/TradeTerms/ConditionCode")
    return _given(
        {
            "office": declaration.said("PresentationOffice/ID") or declaration.said("DeclarationOfficeID"),
            "dispatch": declaration.said("GoodsShipment/ExportCountry/ID"),
            "importer": declaration.said("GoodsShipment/Importer/ID"),
            "exporter": declaration.said("Exporter/ID") or _opaque(declaration.said("Exporter/Name")),
            "value_basis": _BASIS.get(terms, "customs") if terms else "",
        }
    )


def item_fields(item: Element) -> Fields:
    """What a message says of one goods item; only what it does say."""
    price = item.find("Commodity/InvoiceLine/ItemChargeAmount")
    quantity = item.find("Commodity/GoodsMeasure/TariffQuantity")
    procedure = next((one for one in item.all("GovernmentProcedure") if one.find("PreviousCode")), None)
    said = {
        "product": _classified(item, ("TSP",)),
        "additional_code": _classified(item, ("TRC", "TRA", "GN")),
        "origin": _origin(item),
        "dispatch": item.said("ExportCountry/ID"),
        "preference": item.said("Commodity/DutyTaxFee/DutyRegimeCode"),
        "quota": item.said("Commodity/DutyTaxFee/QuotaOrderID"),
        "procedure": procedure.said("CurrentCode") if procedure else "",
        "previous_procedure": procedure.said("PreviousCode") if procedure else "",
        "gross_mass_kg": _kilograms(item.find("Commodity/GoodsMeasure/GrossMassMeasure")),
        "net_mass_kg": _kilograms(item.find("Commodity/GoodsMeasure/NetNetWeightMeasure")),
        "valuation_method": item.said("CustomsValuation/MethodCode"),
    }
    if price is not None:
        said |= {"value": price.text.strip(), "currency": price.attributes.get("currencyID", "")}
    if quantity is not None:
        unit = quantity.attributes.get("unitCode", "") or _OWN_UNIT
        said |= {"quantity": quantity.text.strip(), "quantity_unit": unit}
    return _given(said)


def _opaque(name: str) -> str:
    """An identifier in place of a trader's name: identities stay out of rows."""
    return f"name:{xxh3_64_hexdigest(name.casefold().encode())}" if name else ""


def _given(said: Fields) -> Fields:
    return {name: text for name, text in said.items() if text}


def _classified(item: Element, types: tuple[str, ...]) -> str:
    """The codes of some classifications, in the order of the types."""
    codes = {
        one.said("IdentificationTypeCode"): one.said("ID") for one in item.all("Commodity/Classification")
    }
    return " ".join(codes[name] for name in types if name in codes)


def _origin(item: Element) -> str:
    """The non-preferential origin where one is marked, else the first that is given."""
    origins = list(item.all("Origin"))
    marked = [one for one in origins if one.said("TypeCode") == _NON_PREFERENTIAL]
    return next((one.said("CountryCode") for one in marked + origins), "")


def _kilograms(measure: Element | None) -> str:
    """A mass in kilograms; one in an unknown unit stays with it, and is refused as no number."""
    if measure is None:
        return ""
    text, unit = measure.text.strip(), measure.attributes.get("unitCode", "")
    if unit in _KG and _KG[unit] == 1:
        return text
    if unit not in _KG or len(text) > _LONGEST or "e" in text.lower():
        return f"{text} {unit}"
    try:
        return format(decimal_number(text) * _KG[unit], "f")
    except NotANumberError:
        return text
