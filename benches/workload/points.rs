//! How many: the figures themselves.

use super::geography::Geography;
use super::indicators::{FIRST_MONTH, INDICATORS, Indicator, LAST_MONTH};
use super::random::Seed;

/// One figure of one commune in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    /// The position of the indicator in [`INDICATORS`].
    pub indicator: usize,
    /// The number of the commune.
    pub commune: usize,
    /// The month as months since the year 0.
    pub month: u16,
    /// The figure's digits; the indicator says how many are decimals.
    pub digits: i64,
}

/// One in this many figures was never reported.
const HOLES: u64 = 40;
/// Months between two turns of a series' slow drift.
const TURN: u64 = 24;
/// One, in parts of which growth and noise are counted.
const ONE: i64 = 1 << 20;

/// Points by indicator, then commune, then month.
#[derive(Clone, Debug)]
pub struct Points<'a> {
    geography: &'a Geography,
    seed: Seed,
    indicator: usize,
    commune: usize,
    month: u16,
    series: Series,
}

impl<'a> Points<'a> {
    pub(super) fn new(geography: &'a Geography, seed: Seed) -> Self {
        let mut points = Self {
            geography,
            seed,
            indicator: 0,
            commune: 0,
            month: INDICATORS[0].begins,
            series: Series::default(),
        };
        points.begin_series();
        points
    }

    fn begin_series(&mut self) {
        let (Some(indicator), Some(commune)) =
            (INDICATORS.get(self.indicator), self.geography.communes().get(self.commune))
        else {
            return;
        };
        let district = self.geography.districts()[commune.district];
        let indicator_seed = self.seed.part(self.indicator as u64);
        self.month = indicator.begins;
        self.series = Series {
            indicator: Some(indicator),
            seed: indicator_seed.part(self.commune as u64),
            district: indicator_seed.part(1 << 40 | commune.district as u64),
            place: (self.commune - district.first) as u64,
            inhabitants: inhabitants(self.seed.part(1 << 41), self.commune),
        };
    }
}

impl Iterator for Points<'_> {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        while self.indicator < INDICATORS.len() {
            while self.month <= LAST_MONTH {
                let month = self.month;
                self.month += 1;
                if let Some(digits) = self.series.figure(month) {
                    let (indicator, commune) = (self.indicator, self.commune);
                    return Some(Point { indicator, commune, month, digits });
                }
            }
            self.commune += 1;
            if self.commune == self.geography.communes().len() {
                self.commune = 0;
                self.indicator += 1;
            }
            self.begin_series();
        }
        None
    }
}

/// What the figures of one indicator in one commune are drawn from.
#[derive(Clone, Copy, Debug)]
struct Series {
    indicator: Option<&'static Indicator>,
    seed: Seed,
    district: Seed,
    place: u64,
    inhabitants: u64,
}

impl Default for Series {
    fn default() -> Self {
        let seed = Seed::new(0);
        Self { indicator: None, seed, district: seed, place: 0, inhabitants: 0 }
    }
}

impl Series {
    fn figure(&self, month: u16) -> Option<i64> {
        let indicator = self.indicator?;
        if self.is_hole(month) {
            return None;
        }
        let since = u64::from(month - indicator.begins);
        let level = i64::try_from(level(indicator, since)).ok()?;
        if !indicator.is_additive() {
            let strays = level * (self.drift(since) + self.noise(indicator, since)) / ONE;
            return Some((level + strays).clamp(0, 10_000));
        }
        let inhabitants = grown(self.inhabitants, u64::from(month - FIRST_MONTH));
        let expected = i128::from(inhabitants) * i128::from(level) / 1000;
        let factor = ONE + self.drift(since) + self.noise(indicator, since);
        let seasonal = 1000 + indicator.season * u64::from(month % 12) * 10 / 11;
        let factor = i128::from(factor) * i128::from(seasonal * self.offices(indicator));
        i64::try_from(expected * factor / (i128::from(ONE) * 1000)).ok()
    }

    /// Whether the commune failed to report: at most one of a district does in
    /// a month, so that two thirds of every area are always there.
    fn is_hole(&self, month: u16) -> bool {
        self.district.below(u64::from(month), HOLES) == self.place
    }

    /// A commune's own way: a smooth curve within 8 % of the nation's.
    fn drift(&self, since: u64) -> i64 {
        let turn = since / TURN;
        let knot = |turn| self.seed.part(7).around_zero(turn, ONE / 12);
        let (from, to) = (knot(turn), knot(turn + 1));
        from + (to - from) * (since % TURN).cast_signed() / TURN.cast_signed()
    }

    fn noise(&self, indicator: &Indicator, since: u64) -> i64 {
        self.seed.around_zero(since, ONE * indicator.noise / 10_000)
    }

    /// Revenue is booked where an employer has its head office: a few communes
    /// have many times what their inhabitants would pay.
    fn offices(&self, indicator: &Indicator) -> u64 {
        if indicator.unit != "VND" {
            return 1;
        }
        match self.seed.below(1 << 42, 1000) {
            0 => 400,
            1..=9 => 20,
            _ => 1,
        }
    }
}

/// What a thousand inhabitants come to, on an S-curve from the first month to the last.
fn level(indicator: &Indicator, since: u64) -> u64 {
    let (from, to) = indicator.per_thousand;
    let span = indicator.months() as u64 - 1;
    // 3t² - 2t³ in millionths, t the part of the span that is over.
    let curve = 1_000_000 * since * since * (3 * span - 2 * since) / (span * span * span);
    from + (to - from) * curve / 1_000_000
}

/// A commune's inhabitants in the first month: 2,500 to 25,000, small ones more often.
fn inhabitants(seed: Seed, commune: usize) -> u64 {
    let (first, second) =
        (seed.below(2 * commune as u64, 150), seed.below(2 * commune as u64 + 1, 150));
    2_500 + first * second + seed.below(1 << 43 | commune as u64, 100)
}

/// Inhabitants after some months of 1.2 % growth a year.
fn grown(inhabitants: u64, months: u64) -> u64 {
    inhabitants * (1000 + months) / 1000
}
