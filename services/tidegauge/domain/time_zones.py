"""Where a reporter's days begin: the IANA time zone of its customs administration's seat.

Source: IANA time zone database, zone1970.tab. Of countries with several zones it is that of the capital, of
Brazil, Canada, Australia and the like that of the seat of government; other reporters count in UTC.
"""

from typing import Final

_ZONES: Final = {
    "Africa/Cairo": "EG", "Africa/Casablanca": "MA", "Africa/Johannesburg": "ZA", "Africa/Lagos": "NG",
    "Africa/Nairobi": "KE", "Africa/Tunis": "TN", "America/Argentina/Buenos_Aires": "AR",
    "America/Bogota": "CO", "America/Costa_Rica": "CR", "America/Guatemala": "GT", "America/Lima": "PE",
    "America/Mexico_City": "MX", "America/Montevideo": "UY", "America/New_York": "US",
    "America/Panama": "PA", "America/Santiago": "CL", "America/Santo_Domingo": "DO",
    "America/Sao_Paulo": "BR", "America/Toronto": "CA", "America/Guayaquil": "EC", "Asia/Almaty": "KZ",
    "Asia/Baku": "AZ", "Asia/Bangkok": "TH", "Asia/Colombo": "LK", "Asia/Dhaka": "BD", "Asia/Dubai": "AE",
    "Asia/Ho_Chi_Minh": "VN", "Asia/Hong_Kong": "HK", "Asia/Jakarta": "ID", "Asia/Jerusalem": "IL",
    "Asia/Karachi": "PK", "Asia/Kolkata": "IN", "Asia/Kuala_Lumpur": "MY", "Asia/Manila": "PH",
    "Asia/Nicosia": "CY", "Asia/Qatar": "QA", "Asia/Riyadh": "SA", "Asia/Seoul": "KR",
    "Asia/Shanghai": "CN", "Asia/Singapore": "SG", "Asia/Taipei": "TW", "Asia/Tbilisi": "GE",
    "Asia/Tokyo": "JP", "Asia/Yerevan": "AM", "Atlantic/Reykjavik": "IS", "Australia/Sydney": "AU",
    "Europe/Amsterdam": "NL", "Europe/Athens": "GR", "Europe/Belgrade": "RS XS", "Europe/Berlin": "DE",
    "Europe/Bratislava": "SK", "Europe/Brussels": "BE EU", "Europe/Bucharest": "RO",
    "Europe/Budapest": "HU", "Europe/Chisinau": "MD", "Europe/Copenhagen": "DK", "Europe/Dublin": "IE",
    "Europe/Helsinki": "FI", "Europe/Istanbul": "TR", "Europe/Kyiv": "UA", "Europe/Lisbon": "PT",
    "Europe/Ljubljana": "SI", "Europe/London": "GB XI", "Europe/Luxembourg": "LU", "Europe/Madrid": "ES",
    "Europe/Malta": "MT", "Europe/Minsk": "BY", "Europe/Moscow": "RU", "Europe/Oslo": "NO",
    "Europe/Paris": "FR", "Europe/Podgorica": "ME", "Europe/Prague": "CZ", "Europe/Riga": "LV",
    "Europe/Rome": "IT", "Europe/Sarajevo": "BA", "Europe/Skopje": "MK", "Europe/Sofia": "BG",
    "Europe/Stockholm": "SE", "Europe/Tallinn": "EE", "Europe/Tirane": "AL", "Europe/Vienna": "AT",
    "Europe/Vilnius": "LT", "Europe/Warsaw": "PL", "Europe/Zagreb": "HR", "Europe/Zurich": "CH LI",
    "Pacific/Auckland": "NZ",
}  # fmt: skip
UTC: Final = "UTC"
REPORTER_ZONES: Final = {
    reporter: zone for zone, reporters in _ZONES.items() for reporter in reporters.split()
}
