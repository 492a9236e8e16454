//! Where: a nation, its provinces, their districts, and the communes that report.

use super::random::Seed;

/// How many provinces there are, at every size.
pub const PROVINCES: usize = 63;

/// Communes of a district, about.
const DISTRICT: usize = 15;

/// A nation of 63 provinces; communes are numbered province by province and,
/// within a province, district by district.
#[derive(Clone, Debug)]
pub struct Geography {
    communes: Vec<Commune>,
    districts: Vec<District>,
}

/// A commune: the only sort of region that reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commune {
    /// The position of its province, from 0.
    pub province: usize,
    /// The position of its district, from 0, among those of the nation.
    pub district: usize,
}

/// A district: a run of communes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct District {
    /// The position of its province, from 0.
    pub province: usize,
    /// The position of its first commune.
    pub first: usize,
    /// How many communes it has: three at least.
    pub communes: usize,
}

impl Geography {
    /// Divides `communes`, five a province at least, among the provinces: the
    /// largest has several times as many as the smallest.
    #[expect(clippy::cast_possible_truncation, reason = "weights are below 250")]
    pub(super) fn new(communes: usize, seed: Seed) -> Self {
        let weights: Vec<usize> =
            (0..PROVINCES as u64).map(|key| 70 + seed.below(key, 180) as usize).collect();
        let whole: usize = weights.iter().sum();
        let mut geography = Self { communes: Vec::with_capacity(communes), districts: Vec::new() };
        let mut weight = 0;
        for (province, share) in weights.into_iter().enumerate() {
            weight += share;
            let end = communes * weight / whole;
            geography.add_province(province, end - geography.communes.len());
        }
        geography
    }

    fn add_province(&mut self, province: usize, communes: usize) {
        let districts = (communes / DISTRICT).max(1);
        let first = self.communes.len();
        for place in 0..districts {
            let district = District {
                province,
                first: self.communes.len(),
                communes: first + communes * (place + 1) / districts - self.communes.len(),
            };
            let commune = Commune { province, district: self.districts.len() };
            self.communes.extend(std::iter::repeat_n(commune, district.communes));
            self.districts.push(district);
        }
    }

    /// The communes, by number.
    pub fn communes(&self) -> &[Commune] {
        &self.communes
    }

    /// The districts, by number.
    pub fn districts(&self) -> &[District] {
        &self.districts
    }
}

/// The code of the nation.
pub const NATION_CODE: &str = "VN";

/// The code of a province by its position: `VN-01` is the first.
pub fn province_code(province: usize) -> String {
    format!("VN-{:02}", province + 1)
}

/// The code of a district by its position: `D001` is the first.
pub fn district_code(district: usize) -> String {
    format!("D{:03}", district + 1)
}

/// The code of a commune by its position: `C00001` is the first.
pub fn commune_code(commune: usize) -> String {
    format!("C{:05}", commune + 1)
}
