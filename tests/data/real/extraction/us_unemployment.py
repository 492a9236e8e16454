"""US counties: unemployment of September 2009, and the national rate by month since 1948."""

from decimal import Decimal

from .data_set import DataSet, bokeh_rows, rounded, whole
from .states import STATES

# The file labels its rows 2009, but they are a month's: their sum over the nation gives the rate that
# is printed for September 2009 (9.5), not that of the year (9.3).
COUNTY_PERIOD = "2009-09"

# The figures of 2009 still follow the Alaskan areas before the changes of 2007 and 2008: the old
# areas end here with the year 2009, and the new ones follow.
ALASKA_OLD = {
    "US-02130": "US-02130@2010",
    "US-02201": "US-02198@2010;~US-02130@2010;~US-02275@2010",
    "US-02232": "US-02105@2010;US-02230@2010",
    "US-02280": "US-02195@2010;~US-02275@2010",
}
ALASKA_NEW = [
    ("US-02105", "Hoonah-Angoon Census Area, AK", "the rest of Skagway-Hoonah-Angoon after 2007-06-20"),
    ("US-02130", "Ketchikan Gateway Borough, AK", "with Outer Ketchikan, annexed on 2008-05-19"),
    ("US-02195", "Petersburg Census Area, AK", "the rest of Wrangell-Petersburg after 2008-06-01"),
    ("US-02198", "Prince of Wales-Hyder Census Area, AK", "the rest of Prince of Wales-Outer Ketchikan"),
    ("US-02230", "Skagway Municipality, AK", "split off on 2007-06-20"),
    ("US-02275", "Wrangell City and Borough, AK", "split off on 2008-06-01"),
]


def extract():
    data = DataSet("us_unemployment")
    data.indicator(
        "labour_force",
        label="civilian labour force",
        kind="stock",
        unit="persons",
        decimals=0,
        note="not seasonally adjusted",
    )
    data.indicator(
        "employed",
        label="employed persons",
        kind="stock",
        unit="persons",
        decimals=0,
        direction="up",
        note="not seasonally adjusted",
    )
    data.indicator(
        "unemployed",
        label="unemployed persons",
        kind="stock",
        unit="persons",
        decimals=0,
        direction="down",
        note="not seasonally adjusted",
    )
    data.indicator(
        "unemployment_rate",
        label="unemployment rate",
        kind="ratio",
        unit="%",
        decimals=1,
        numerator="unemployed",
        denominator="labour_force",
        direction="down",
        note="printed to one decimal, not seasonally adjusted",
    )
    unemployment_regions(data)
    rows = bokeh_rows("unemployment09.csv.gz")
    for _, state, county, _, year, force, employed, unemployed, rate in rows:
        assert year == "2009"
        code = f"US-{state}{county}"
        for name, value in (("labour_force", force), ("employed", employed), ("unemployed", unemployed)):
            data.observe(name, code, COUNTY_PERIOD, whole(value))
        data.observe("unemployment_rate", code, COUNTY_PERIOD, rate)
        # Every county adds up, and every printed rate is the quotient rounded to a decimal.
        assert whole(force) == whole(employed) + whole(unemployed), code
        assert rounded(Decimal(whole(unemployed)) * 100 / whole(force), 1) == Decimal(rate), code
    header, *months = bokeh_rows("unemployment1948.csv")
    assert header[1] == "Jan" and header[-1] == "Annual"
    for year, *rates in months:
        data.observe("unemployment_rate", "US", year, rates[-1])
        for month, rate in enumerate(rates[:-1], 1):
            data.observe("unemployment_rate", "US", f"{year}-{month:02}", rate)
    data.milestones.append(
        [
            "alaska_2010",
            "Alaskan areas of 2010",
            "",
            "2010-01-01",
            "",
            "U.S. Census Bureau",
            "first year of county figures on the areas after the changes of 2007 and 2008",
        ]
    )
    unemployment_checks(data, {f"US-{row[1]}{row[2]}": row for row in rows}, months)
    data.write()


def unemployment_regions(data):
    data.region(
        "US", name="United States", type="country", level=0, note="50 states and the District of Columbia"
    )
    data.region("US-PR", name="Puerto Rico", type="state", level=1, note="outside the national figures")
    for abbreviation, name in STATES.items():
        data.region(f"US-{abbreviation}", name=name, type="state", level=1, parent="US")
    rows = bokeh_rows("unemployment09.csv.gz")
    names = {f"US-{row[1]}{row[2]}": row[3] for row in rows}
    assert "US-02230" not in names and "US-15005" not in names
    names["US-11001"] += ", DC"
    # The one county of 2009 of which the file has no figure.
    names["US-15005"] = "Kalawao County, HI"
    for code, name in sorted(names.items()):
        ends = {"valid_to": "2010-01-01", "successor": ALASKA_OLD[code]} if code in ALASKA_OLD else {}
        data.region(code, name=name, type="county", level=2, parent=f"US-{name[-2:]}", **ends)
    for code, name, note in ALASKA_NEW:
        data.region(
            code, name=name, type="county", level=2, parent="US-AK", valid_from="2010-01-01", note=note
        )


def unemployment_checks(data, printed, months):
    counted = ("labour_force", "employed", "unemployed")
    for abbreviation, name in STATES.items():
        state, counties = f"US-{abbreviation}", data.members(f"US-{abbreviation}", "county")
        force, employed, unemployed = (data.total(i, counties, COUNTY_PERIOD) for i in counted)
        data.check(
            f"labour force less employed and unemployed in {name}, September 2009",
            f"labour_force - employed - unemployed in {state} at 2009-09",
            0,
            force - employed - unemployed,
        )
        note = "sum of the counties" + (", 4 of 5" if abbreviation == "HI" else "")
        data.check(
            f"unemployed in {name}, September 2009",
            f"unemployed in {state} at 2009-09",
            unemployed,
            unemployed,
            note=note,
        )
        code = next(c for c in counties if c in printed)
        data.check(
            f"printed unemployment rate of {printed[code][3].strip()}, September 2009",
            f"unemployed as % of labour_force in {code} at 2009-09",
            printed[code][8],
            data.value("unemployed", code, COUNTY_PERIOD)
            * 100
            / data.value("labour_force", code, COUNTY_PERIOD),
            "0.05",
            "printed to one decimal",
        )
    states = [f"US-{a}" for a in STATES]
    counties = data.members("US", "county")
    assert len(counties) - len(ALASKA_NEW) + 1 == 3141
    force, employed, unemployed = (data.total(i, counties, COUNTY_PERIOD) for i in counted)
    for indicator in counted:
        by_state = sum(data.total(indicator, data.members(s, "county"), COUNTY_PERIOD) for s in states)
        data.check(
            f"{indicator} in the United States, September 2009",
            f"{indicator} in US at 2009-09",
            by_state,
            data.total(indicator, counties, COUNTY_PERIOD),
            note="sum of 3,140 counties of 3,141",
        )
        data.check(
            f"{indicator} of all states added up, September 2009",
            f"total of {indicator} by state in US at 2009-09",
            by_state,
            by_state,
            note="a state is the sum of its counties",
        )
    data.check(
        "printed national unemployment rate, September 2009",
        "unemployment_rate in US at 2009-09",
        "9.5",
        data.value("unemployment_rate", "US", COUNTY_PERIOD),
        note="the printed figure beats a computed one",
    )
    data.check(
        "national unemployment rate from the counties, September 2009",
        "unemployed as % of labour_force in US at 2009-09",
        "9.5",
        unemployed * 100 / force,
        "0.05",
        "the rate printed to one decimal: the counties are fitted to the national survey",
    )
    data.check(
        "printed national unemployment rate, year 2009",
        "unemployment_rate in US at 2009",
        "9.3",
        data.value("unemployment_rate", "US", 2009),
    )
    data.check(
        "unemployed in the year 2009",
        "unemployed in US at 2009",
        None,
        data.values.get(("unemployed", "US", "2009")),
        note="missing: the close of 2009 is not known",
    )
    for year in ("1950", "1971", "1982", "2009", "2010", "2016"):
        row = next(row for row in months if row[0] == year)
        data.check(
            f"mean of the monthly rates of {year} against the printed annual rate",
            f"mean of unemployment_rate in US by month between {year}-01 and {year}-12",
            row[-1],
            sum(map(Decimal, row[1:13])) / 12,
            "0.1" if year == "1971" else "0.05",
            (
                "an average of persons, printed to one decimal: 5.96 against 5.9"
                if year == "1971"
                else "the annual figure is printed to one decimal"
            ),
        )
    apart = [
        row[0]
        for row in months
        if abs(sum(map(Decimal, row[1:13])) / 12 - Decimal(row[-1])) > Decimal("0.0501")
    ]
    assert apart == ["1971"], apart
    data.check(
        "change of the annual rate from 2007 to 2009, points",
        "change of unemployment_rate in US between 2007 and 2009",
        "4.7",
        data.value("unemployment_rate", "US", 2009) - data.value("unemployment_rate", "US", 2007),
    )
    data.check(
        "Kalawao County has no figure",
        "unemployed in US-15005 at 2009-09",
        None,
        data.values.get(("unemployed", "US-15005", COUNTY_PERIOD)),
        note="no data",
    )
    puerto_rico = data.members("US-PR", "county")
    assert len(puerto_rico) == 78
    total = data.total("unemployed", puerto_rico, COUNTY_PERIOD)
    data.check(
        "unemployed in Puerto Rico, September 2009",
        "unemployed in US-PR at 2009-09",
        total,
        total,
        note="sum of 78",
    )
    old = data.value("unemployed", "US-02232", COUNTY_PERIOD)
    data.check(
        "unemployed in an area that ends with 2009",
        'unemployed in "Skagway-Hoonah-Angoon Census Area, AK" at 2009-09',
        old,
        old,
    )
    data.check(
        "Hoonah-Angoon on the areas of 2010, figures of September 2009",
        'unemployed in "Hoonah-Angoon Census Area, AK" on boundaries "Alaskan areas of 2010" at 2009-09',
        None,
        None,
        note="boundary break: its predecessor was split, and the parts are not known",
    )
