//! One workload for every measurement: the figures of a made-up social security
//! office, of the size and the shape of Viet Nam's.
//!
//! A nation has 63 provinces, some 700 districts and 10,600 communes; every
//! commune reports twelve indicators each month from 1995-01 to 2024-12, three
//! of them only since 2008 or 2009, and one figure in forty is missing. That is
//! 39.7 million points. Smaller sizes have fewer communes and the same months.
//!
//! The figures are a function of the seed alone: every run, every machine and
//! every engine gets the same ones.
//!
//! ```
//! use milepost_benches::workload::{Size, Workload};
//!
//! let workload = Workload::new(Size::Sixteenth);
//! let first = workload.points().next().ok_or("no points")?;
//! assert_eq!((first.indicator, first.commune, first.month), (0, 0, 1995 * 12));
//! # Ok::<(), &str>(())
//! ```

mod files;
mod geography;
mod indicators;
mod points;
mod random;

use std::fmt;
use std::str::FromStr;

pub use geography::{
    Commune, District, Geography, NATION_CODE, PROVINCES, commune_code, district_code,
    province_code,
};
pub use indicators::{FIRST_MONTH, INDICATORS, Indicator, LAST_MONTH, indicator_index, month_text};
pub use points::{Point, Points};

use random::Seed;

/// The seed of every workload.
const SEED: Seed = Seed::new(1995);

/// A workload of one size.
#[derive(Clone, Debug)]
pub struct Workload {
    size: Size,
    geography: Geography,
}

/// How many communes report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 662 communes, 2.5 million points.
    Sixteenth,
    /// 2,650 communes, 9.9 million points.
    Quarter,
    /// 10,600 communes, 39.7 million points.
    Whole,
}

impl Workload {
    /// The workload of a size.
    pub fn new(size: Size) -> Self {
        Self { size, geography: Geography::new(size.communes(), SEED.part(0)) }
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The regions.
    pub fn geography(&self) -> &Geography {
        &self.geography
    }

    /// Every figure, by indicator, then commune, then month.
    pub fn points(&self) -> Points<'_> {
        Points::new(&self.geography, SEED.part(1))
    }
}

impl Size {
    /// Every size, the smallest first.
    pub const ALL: [Self; 3] = [Self::Sixteenth, Self::Quarter, Self::Whole];

    /// How many communes report.
    pub const fn communes(self) -> usize {
        match self {
            Self::Sixteenth => 662,
            Self::Quarter => 2_650,
            Self::Whole => 10_600,
        }
    }

    /// The size as a part of a file's name: `1-16`, `1-4`, `1`.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Sixteenth => "1-16",
            Self::Quarter => "1-4",
            Self::Whole => "1",
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sixteenth => "1/16",
            Self::Quarter => "1/4",
            Self::Whole => "1",
        })
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|size| size.to_string() == text);
        found.ok_or_else(|| format!("{text:?} is no size; 1/16, 1/4 or 1 would be"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// FNV-1a over every part of every point.
    fn hash(points: Points<'_>) -> u64 {
        points.fold(0xcbf2_9ce4_8422_2325, |hash, point| {
            let Point { indicator, commune, month, digits } = point;
            [indicator as u64, commune as u64, u64::from(month), digits.unsigned_abs()]
                .into_iter()
                .fold(hash, |hash, part| (hash ^ part).wrapping_mul(0x0100_0000_01b3))
        })
    }

    #[test]
    fn the_stream_is_the_same_in_every_run() {
        let workload = Workload::new(Size::Sixteenth);
        assert_eq!(format!("{:016x}", hash(workload.points())), "73fa517839a0ecb4");
    }

    #[test]
    fn one_figure_in_forty_is_missing() {
        let workload = Workload::new(Size::Sixteenth);
        let months: usize = INDICATORS.iter().map(Indicator::months).sum();
        assert_eq!(months, 9 * 360 + 2 * 204 + 192);
        let whole = months * Size::Sixteenth.communes();
        let missing = whole - workload.points().count();
        assert!((whole / 44..whole / 36).contains(&missing), "{missing} of {whole}");
    }

    #[test]
    fn points_come_in_order_and_two_thirds_of_every_district_report() {
        let workload = Workload::new(Size::Sixteenth);
        let mut last = None;
        let mut reports = BTreeMap::new();
        for point in workload.points() {
            let place = (point.indicator, point.commune, point.month);
            assert!(last < Some(place));
            last = Some(place);
            assert!(point.digits >= 0);
            let district = workload.geography().communes()[point.commune].district;
            *reports.entry((point.indicator, district, point.month)).or_insert(0) += 1;
        }
        for ((_, district, _), present) in reports {
            let communes = workload.geography().districts()[district].communes;
            assert!(communes >= 3 && present + 1 >= communes, "{present} of {communes}");
        }
    }

    #[test]
    fn revenue_reaches_far_and_its_sum_fits() {
        let revenue = indicator_index("revenue_vnd").unwrap();
        let workload = Workload::new(Size::Sixteenth);
        let figures = workload.points().filter(|point| point.indicator == revenue);
        let (greatest, sum) = figures.fold((0, 0_i64), |(greatest, sum), point| {
            (point.digits.max(greatest), sum.checked_add(point.digits).unwrap())
        });
        assert!((10_000_000_000..100_000_000_000_000).contains(&greatest), "{greatest}");
        assert!(sum < i64::MAX / 128, "{sum}");
    }

    #[test]
    fn communes_lie_in_districts_and_these_in_provinces() {
        for size in Size::ALL {
            let workload = Workload::new(size);
            let geography = workload.geography();
            let provinces: BTreeSet<usize> =
                geography.communes().iter().map(|commune| commune.province).collect();
            assert_eq!(provinces.len(), PROVINCES);
            let mut next = 0;
            for (number, district) in geography.districts().iter().enumerate() {
                assert_eq!(district.first, next);
                next += district.communes;
                let inside = &geography.communes()[district.first..next];
                let province = district.province;
                assert!(inside.iter().all(|c| c.district == number && c.province == province));
            }
            assert_eq!(next, size.communes());
        }
        assert!((650..=750).contains(&Workload::new(Size::Whole).geography().districts().len()));
    }

    #[test]
    fn sizes_are_read_as_they_are_written() {
        for size in Size::ALL {
            assert_eq!(size.to_string().parse(), Ok(size));
        }
        assert!("1/2".parse::<Size>().is_err());
    }
}
