"""Declaration messages in bulk: originals with their acceptances, and some amendments."""

_ITEM = """<GovernmentAgencyGoodsItem><SequenceNumeric>{item}</SequenceNumeric><Commodity>
<Classification><ID>85109000</ID><IdentificationTypeCode>TSP</IdentificationTypeCode></Classification>
<GoodsMeasure><NetNetWeightMeasure unitCode="KGM">{mass}</NetNetWeightMeasure></GoodsMeasure>
<InvoiceLine><ItemChargeAmount currencyID="GBP">{price}</ItemChargeAmount></InvoiceLine></Commodity>
<GovernmentProcedure><CurrentCode>40</CurrentCode><PreviousCode>00</PreviousCode></GovernmentProcedure>
<Origin><CountryCode>CN</CountryCode><TypeCode>1</TypeCode></Origin></GovernmentAgencyGoodsItem>"""
_ORIGINAL = """<MetaData><ResponsibleCountryCode>GB</ResponsibleCountryCode><Declaration>
<FunctionCode>9</FunctionCode><FunctionalReferenceID>LRN{n}</FunctionalReferenceID><TypeCode>IMA</TypeCode>
<GoodsShipment>{items}<Importer><ID>GB{n}</ID></Importer><TradeTerms><ConditionCode>CIF</ConditionCode>
</TradeTerms></GoodsShipment></Declaration></MetaData>"""
_ACCEPTANCE = """<MetaData><Response><FunctionCode>01</FunctionCode><Declaration><AcceptanceDateTime>
<DateTimeString formatCode="304">20240222100937Z</DateTimeString></AcceptanceDateTime>
<FunctionalReferenceID>LRN{n}</FunctionalReferenceID><ID>24GB22WOA1{n:08}</ID></Declaration></Response></MetaData>"""
_ITEMS = 3


def messages(count: int) -> str:
    """One document: half of the messages originals of three items, each followed by its acceptance."""
    parts = []
    for n in range(count // 2):
        items = "".join(
            _ITEM.format(item=item, mass=n % 97 + 1, price=n % 991 + 1) for item in range(1, _ITEMS + 1)
        )
        parts += [_ORIGINAL.format(n=n, items=items), _ACCEPTANCE.format(n=n)]
    return f"<Messages>{''.join(parts)}</Messages>"
