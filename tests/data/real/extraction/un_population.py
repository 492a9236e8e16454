"""World population by country, estimates from 1950 and projections to 2100."""

from collections import defaultdict
from decimal import Decimal

from .data_set import DataSet, bokeh_rows, rounded

WORLD = "900 World>903 904 905 908 909 935"
CONTINENTS = {
    903: [910, 911, 912, 913, 914],
    904: [915, 916, 931],
    908: [923, 924, 925, 926],
    909: [927, 928, 954, 957],
    935: [906, 920, 922, 5500, 5501],
}
COUNTRIES = {
    905: "60 124 304 666 840",
    906: "156 158 344 392 408 410 446 496",
    910: "108 174 175 231 232 262 404 450 454 480 508 638 646 690 706 716 728 800 834 894",
    911: "24 120 140 148 178 180 226 266 678",
    912: "12 434 504 729 732 788 818",
    913: "72 426 516 710 748",
    914: "132 204 270 288 324 384 430 466 478 562 566 624 654 686 694 768 854",
    915: "28 44 52 92 136 192 212 214 308 312 332 388 474 500 531 533 534 535 630 652 659 660 662 663 670 780 796 850",
    916: "84 188 222 320 340 484 558 591",
    920: "96 104 116 360 418 458 608 626 702 704 764",
    922: "31 48 51 196 268 275 368 376 400 414 422 512 634 682 760 784 792 887",
    923: "100 112 203 348 498 616 642 643 703 804",
    924: "208 233 234 246 352 372 428 440 578 752 826 831 832 833",
    925: "8 20 70 191 292 300 336 380 412 470 499 620 674 688 705 724 807",
    926: "40 56 250 276 438 442 492 528 756",
    927: "36 554",
    928: "90 242 540 548 598",
    931: "32 68 76 152 170 218 238 254 328 600 604 740 858 862",
    954: "296 316 520 580 583 584 585",
    957: "16 184 258 570 772 776 798 876 882",
    5500: "398 417 762 795 860",
    5501: "4 50 64 144 356 364 462 524 586",
}
COUNTRIES = {parent: [int(code) for code in codes.split()] for parent, codes in COUNTRIES.items()}
PROJECTED_FROM = 2025  # of the years taken; the revision of 2024 projects from 2024 on
# A figure here is the sum of two sexes and 21 age groups, each rounded to a person.
ROUNDING = Decimal("0.5") * 42


def extract():
    data = DataSet("un_population")
    for name, label, numerator in (
        ("population", "total population", ""),
        ("population.male", "male population", ""),
        ("population.female", "female population", ""),
        ("population.aged_65", "population aged 65 and over", ""),
        ("aged_65_share", "share of the population aged 65 and over", "population.aged_65"),
    ):
        ratio = {"numerator": numerator, "denominator": "population"} if numerator else {}
        data.indicator(
            name,
            label=label,
            kind="ratio" if ratio else "stock",
            unit="%" if ratio else "persons",
            decimals=2 if ratio else 0,
            note="on 1 July; medium variant",
            **ratio,
        )
    sums, names = defaultdict(int), {}
    header, *rows = bokeh_rows("population.csv.gz")
    assert header == ["LocID", "Location", "Year", "Sex", "AgeGrp", "AgeGrpStart", "Value"]
    for place, name, year, sex, _, age, value in rows:
        names[int(place)] = name
        parts = ["population", f"population.{sex.lower()}"] + ["population.aged_65"] * (int(age) >= 65)
        for part in parts:
            sums[part, int(place), int(year)] += int(value)
    population_regions(data, names)
    broad = {900, 903, 904, 905, 908, 909, 935}
    for (name, place, year), value in sums.items():
        if name == "population" or place in broad:
            status = "F" if year >= PROJECTED_FROM else "E"
            data.observe(name, f"M49-{place}", year, value, status)
    population_checks(data, names)
    data.write()


def population_regions(data, names):
    def region(place, kind, level, parent):
        code = {"parent": f"M49-{parent}"} if parent else {}
        data.region(f"M49-{place}", name=names[place], type=kind, level=level, **code)

    region(900, "world", 0, None)
    for continent in (903, 904, 905, 908, 909, 935):
        region(continent, "region", 1, 900)
    for continent, parts in CONTINENTS.items():
        for part in parts:
            region(part, "subregion", 2, continent)
    for parent, countries in COUNTRIES.items():
        for country in countries:
            region(country, "country", 3, parent)
    data.region(
        "M49-5505", name=names[5505], type="aggregate", note="Latin America and Northern America together"
    )
    assert sorted(r["code"] for r in data.regions) == sorted(f"M49-{n}" for n in names)


def population_checks(data, names):
    years = sorted({int(year) for _, _, year in data.values})
    totals = [(p, "country", c) for p, c in COUNTRIES.items()]
    totals += [(p, "subregion", c) for p, c in CONTINENTS.items()]
    totals.append((900, "region", [903, 904, 905, 908, 909, 935]))
    totals.append((900, "country", [c for countries in COUNTRIES.values() for c in countries]))
    for place, kind, parts in totals:
        bound = ROUNDING * (len(parts) + 1)
        for year in years:
            computed = data.total("population", [f"M49-{p}" for p in parts], year)
            printed = data.value("population", f"M49-{place}", year)
            assert abs(computed - printed) <= bound, (place, year)
            if year in (1950, 2020, 2050, 2100):
                clause = " including projections" if year >= PROJECTED_FROM else ""
                data.check(
                    f"{names[place]} in {year}: printed total, by {kind}",
                    f'total of population by {kind} in "{names[place]}" at {year}{clause}',
                    printed,
                    computed,
                    bound,
                    "parts and total are sums of rounded age groups",
                )
    for year in years:
        for place in ("900", "903", "904", "905", "908", "909", "935"):
            code = f"M49-{place}"
            male, female = (data.value(f"population.{s}", code, year) for s in ("male", "female"))
            assert male + female == data.value("population", code, year)
    for year in (2000, 2020):
        clause = f"in World at {year}"
        data.check(
            f"men and women of the world in {year}",
            f"population.male + population.female {clause}",
            data.value("population", "M49-900", year),
            data.value("population.male", "M49-900", year) + data.value("population.female", "M49-900", year),
        )
        share = (
            data.value("population.aged_65", "M49-900", year)
            * 100
            / data.value("population", "M49-900", year)
        )
        data.check(
            f"share of people aged 65 and over in the world, {year}",
            f"aged_65_share {clause}",
            rounded(share, 4),
            share,
            "0.00005",
            "computed from its parts",
        )
    americas = data.value("population", "M49-5505", 2020)
    data.check(
        "the Americas in 2020",
        'population in "Latin America and the Caribbean" + "Northern America" at 2020',
        americas,
        data.total("population", ["M49-904", "M49-905"], 2020),
        ROUNDING * 3,
        "printed as one aggregate",
    )
    world = data.value("population", "M49-900", 2050)
    data.check(
        "the world in 2050, projections not admitted",
        "population in World at 2050",
        None,
        None,
        note="missing: only a projection is known",
    )
    data.check(
        "the world in 2050",
        "population in World at 2050 including projections",
        world,
        world,
        note="status projection",
    )
    data.check(
        "the latest figure of Viet Nam without projections",
        'population in "Viet Nam" at latest',
        data.value("population", "M49-704", 2020),
        data.value("population", "M49-704", 2020),
        note="period 2020, status estimate",
    )
    data.check(
        "the world in 2020 among projections",
        "population in World at 2020 only projections",
        None,
        None,
        note="missing: 2020 is an estimate",
    )
    base = data.value("population", "M49-704", 2020)
    change = data.value("population", "M49-704", 2050) - base
    data.check(
        "change of Viet Nam's population from 2020 to 2050",
        'change of population in "Viet Nam" between 2020 and 2050 including projections',
        change,
        change,
        note="from an estimate to a projection: status projection",
    )
    for key, status in data.statuses.items():
        assert status == ("F" if int(key[2]) >= PROJECTED_FROM else "E")
