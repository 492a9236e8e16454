//! What: twelve monthly indicators of social security.

/// The first month, January 1995, as months since the year 0.
pub const FIRST_MONTH: u16 = 1995 * 12;
/// The last month, December 2024.
pub const LAST_MONTH: u16 = 2024 * 12 + 11;

/// An indicator of the workload and how its figures come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// The name in queries and files.
    pub name: &'static str,
    /// `stock`, `flow` or `ratio`.
    pub kind: &'static str,
    /// The unit.
    pub unit: &'static str,
    /// How many decimals the figures have.
    pub decimals: u8,
    /// The first month with figures.
    pub begins: u16,
    /// What a thousand inhabitants come to in the first month and in the last.
    pub(super) per_thousand: (u64, u64),
    /// By how many hundredths of a percent a month's figure strays.
    pub(super) noise: i64,
    /// By how much December exceeds January, in percent.
    pub(super) season: u64,
}

const STOCK: Indicator = Indicator {
    name: "",
    kind: "stock",
    unit: "persons",
    decimals: 0,
    begins: FIRST_MONTH,
    per_thousand: (0, 0),
    noise: 30,
    season: 0,
};
const FLOW: Indicator = Indicator { kind: "flow", noise: 1500, season: 30, ..STOCK };
const VOLUNTARY: u16 = 2008 * 12;
const UNEMPLOYMENT: u16 = 2009 * 12;

/// The indicators, in the order of the stream.
pub const INDICATORS: [Indicator; 12] = [
    Indicator { name: "si", per_thousand: (30, 181), ..STOCK },
    Indicator { name: "csi", per_thousand: (30, 162), ..STOCK },
    Indicator { name: "vsi", begins: VOLUNTARY, per_thousand: (1, 19), ..STOCK },
    Indicator { name: "ui", begins: UNEMPLOYMENT, per_thousand: (68, 159), ..STOCK },
    Indicator { name: "hi", per_thousand: (99, 942), ..STOCK },
    Indicator { name: "population", per_thousand: (1000, 1000), noise: 5, ..STOCK },
    Indicator { name: "labour_force", per_thousand: (480, 530), ..STOCK },
    Indicator { name: "new_vsi", begins: VOLUNTARY, per_thousand: (1, 3), ..FLOW },
    Indicator { name: "revenue_vnd", unit: "VND", per_thousand: (2_400_000, 390_000_000), ..FLOW },
    Indicator { name: "claims", unit: "claims", per_thousand: (4, 24), ..FLOW },
    Indicator { name: "hi_visits", unit: "visits", per_thousand: (60, 150), ..FLOW },
    Indicator {
        name: "satisfaction",
        kind: "ratio",
        unit: "%",
        decimals: 2,
        per_thousand: (5500, 9200), // hundredths of a percent, whatever the population
        ..STOCK
    },
];

impl Indicator {
    /// How many months have figures.
    pub const fn months(&self) -> usize {
        (LAST_MONTH - self.begins) as usize + 1
    }

    /// Whether figures may be added up over regions.
    pub fn is_additive(&self) -> bool {
        self.kind != "ratio"
    }
}

/// The position of an indicator by its name.
pub fn indicator_index(name: &str) -> Option<usize> {
    INDICATORS.iter().position(|indicator| indicator.name == name)
}

/// The month as it stands in files and queries: `1995-01`.
pub fn month_text(month: u16) -> String {
    format!("{:04}-{:02}", month / 12, month % 12 + 1)
}
