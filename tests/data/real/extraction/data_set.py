"""A folder of CSV files in the form that the project imports."""

import csv
import gzip
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from pathlib import Path

HERE = Path(__file__).parent.parent
INDICATORS = ["name", "label", "kind", "unit", "decimals", "numerator", "denominator", "direction", "note"]
REGIONS = ["uid", "code", "name", "type", "level", "parent", "valid_from", "valid_to", "successor", "note"]
MILESTONES = ["id", "name", "aliases", "start", "end", "origin", "note"]
CHECKS = ["query_in_words", "query", "expected", "low", "high", "note"]


class DataSet:
    """One folder: its catalogue, its observations and its checks."""

    def __init__(self, folder):
        self.folder = HERE / folder
        self.indicators, self.regions, self.milestones, self.checks = [], [], [], []
        self.values, self.statuses = {}, {}

    def indicator(self, name, **cells):
        self.indicators.append({"name": name, **cells})

    def region(self, code, **cells):
        self.regions.append({"code": code, **cells})

    def observe(self, indicator, region, period, value, status=""):
        key = (indicator, region, str(period))
        assert key not in self.values, key
        self.values[key] = Decimal(str(value))
        self.statuses[key] = status

    def value(self, indicator, region, period):
        return self.values[indicator, region, str(period)]

    def total(self, indicator, regions, period):
        """The sum over the regions that have a figure."""
        keys = ((indicator, region, str(period)) for region in regions)
        return sum((self.values[key] for key in keys if key in self.values), Decimal(0))

    def members(self, parent, kind):
        """The codes of every region of a kind below a parent, one for all versions of a region."""
        children = [r["code"] for r in self.regions if r.get("parent") == parent]
        kinds = {r["code"]: r.get("type") for r in self.regions}
        below = [code for child in children for code in self.members(child, kind)]
        return list(dict.fromkeys([code for code in children if kinds[code] == kind] + below))

    def check(self, words, query, printed, computed, tolerance=0, note=""):
        """Verifies that what the data gives is what is printed, give or take the tolerance."""
        if printed is None:
            assert computed is None, query
            self.checks.append([words, query, "", "", "", note])
            return
        printed, computed, tolerance = (Decimal(str(n)) for n in (printed, computed, tolerance))
        low, high = printed - tolerance, printed + tolerance
        assert low <= computed <= high, (query, printed, computed)
        self.checks.append([words, query, plain(printed), plain(low), plain(high), note])

    def write(self):
        self.folder.mkdir(exist_ok=True)
        self.rows("indicators.csv", INDICATORS, [[i.get(c, "") for c in INDICATORS] for i in self.indicators])
        self.rows("regions.csv", REGIONS, [[r.get(c, "") for c in REGIONS] for r in self.regions])
        if self.milestones:
            self.rows("milestones.csv", MILESTONES, self.milestones)
        columns, rows = ["indicator", "region", "period", "value"], []
        if any(self.statuses.values()):
            columns.append("status")
        for key, value in self.values.items():
            rows.append([*key, plain(value), self.statuses[key]][: len(columns)])
        self.rows("observations.csv", columns, rows)
        self.rows("checks.csv", CHECKS, self.checks)
        print(
            f"{self.folder.name}: {len(self.indicators)} indicators, {len(self.regions)} regions, "
            f"{len(rows)} observations, {len(self.checks)} checks"
        )

    def rows(self, file, header, rows):
        used = [n for n, _ in enumerate(header) if file == "checks.csv" or any(row[n] for row in rows)]
        with open(self.folder / file, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow([header[n] for n in used])
            writer.writerows([row[n] for n in used] for row in rows)


def plain(number):
    """A decimal without exponent and without trailing zeros after the point."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number, decimals):
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def bokeh_rows(name):
    """The rows of a file of bokeh_sampledata, as text."""
    data = resources.files("bokeh_sampledata").joinpath("_data", name).read_bytes()
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    return list(csv.reader(data.decode("utf-8").splitlines()))


def whole(text):
    return int(text.replace(",", "").strip())
