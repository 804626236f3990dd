"""Units of quantity, each in the one unit that its dimension is counted in.

Codes of UN/ECE Recommendation 20, and what customs and statistics offices write for the same (Eurostat
`p/st`, `pa`, `c/k`; US Census `NO`, `DOZ`, `PRS`; Japan `MT`, `DZ`). A pair is no two pieces, a
carat no part of a kilogram that could be kept exactly. What is not here stays as it is.

Sources of factors: UN/ECE Recommendation 20 (pound 0.45359237 kg and gallon 3.785411784 l exactly, barrel 42
gallons, short ton 2,000 and long ton 2,240 pounds).
"""

from typing import Final

_POUND_KG = 0.45359237
_TABLE: Final = {
    "KGM": {
        1.0: "KGM KG kg Kg", 0.001: "GRM G g", 1000.0: "TNE T t MT mt", 100.0: "DTN 100KG",
        _POUND_KG: "LBR LB lb", 2000 * _POUND_KG: "STN", 2240 * _POUND_KG: "LTN",
    },
    "C62": {
        1.0: "C62 H87 NAR NMB EA NO PCE PCS p/st P/ST u", 12.0: "DZN DOZ DZ", 100.0: "CEN 100p/st",
        144.0: "GRO GRS", 1000.0: "MIL THS 1000p/st",
    },
    "NPR": {1.0: "NPR PR PRS pa", 12.0: "DPR"},
    "CTM": {1.0: "CTM CAR c/k"},
    "LTR": {
        1.0: "LTR L l", 100.0: "HLT HL hl", 1000.0: "MTQ M3 m3", 0.001: "MLT CMQ", 3.785411784: "GLL",
        158.987294928: "BLL BBL",
    },
    "LPA": {1.0: "LPA", 100.0: "HPA"},
    "MTK": {1.0: "MTK M2 m2", 0.0001: "CMK", 0.09290304: "FTK"},
    "MTR": {1.0: "MTR M m", 1000.0: "KTM KMT km", 0.01: "CMT", 0.3048: "FOT"},
    "KWH": {1.0: "KWH kWh", 1000.0: "MWH 1000kWh"},
}  # fmt: skip
BASE_UNIT: Final = {
    name: (base, factor)
    for base, factors in _TABLE.items()
    for factor, names in factors.items()
    for name in names.split()
}


def in_base(unit: str) -> tuple[str, float]:
    """The unit that a unit's dimension is counted in, and how many of it one is; an unknown one as it is."""
    return BASE_UNIT.get(unit.replace(" ", ""), (unit, 1.0))
