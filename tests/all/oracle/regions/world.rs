//! Countries whose provinces merge, split, exchange ground, end and begin, with their figures.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use milepost::{
    Date, Decimal, Frequency, Indicator, Kind, Label, Milestone, Period, Region, Status,
};

use super::dice::Dice;
use super::map::Id;
use crate::oracle::facts::{Fact, World};

/// The days on which regions change.
pub(crate) const CHANGES: [&str; 2] = ["First change", "Second change"];
const PROVINCES: [&str; 8] = ["A", "B", "D", "E", "F", "G", "H", "K"];
const OTHERS: [&str; 5] = ["C", "M", "N", "U", "V"];

/// Every uid that a world may have: uids of facts outlive their world.
static UIDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let districts = PROVINCES.iter().flat_map(|code| (1..=4).map(move |n| format!("{code}{n}")));
    let codes = PROVINCES.iter().chain(&OTHERS).map(ToString::to_string).chain(districts);
    codes.flat_map(|code| ["0", "2018", "2020"].map(|year| format!("{code}@{year}"))).collect()
});

fn interned(uid: &str) -> &'static str {
    UIDS.iter().find(|known| *known == uid).expect("a uid of the table")
}

/// A day of the year in which a change happens.
fn day(dice: &mut Dice, year: i16) -> Date {
    Date::new(year, dice.weighted(&[(3, 1), (1, 7)]), 1).expect("a day")
}

/// A country with at most two changes of its regions and at most four indicators.
pub(crate) fn world(dice: &mut Dice) -> World {
    let days = [day(dice, 2018), day(dice, 2020)];
    let mut land = Land::new(dice);
    for day in days {
        if dice.percent(80) {
            land.change(dice, day);
        }
    }
    let indicators = indicators(dice);
    let milestones = CHANGES.iter().zip(days);
    let milestones = milestones.map(|(name, day)| Milestone::new(*name).on(day)).collect();
    let facts = facts(dice, &indicators, &land.regions);
    World::new(indicators, land.regions, milestones, facts)
}

/// Regions as they come and go.
struct Land {
    regions: Vec<Region>,
    provinces: Vec<Id>,
    /// Each district and the province in which it lies.
    districts: BTreeMap<Id, Id>,
    /// Whether districts name their province by its uid.
    by_uid: bool,
}

impl Land {
    fn new(dice: &mut Dice) -> Self {
        let mut regions = vec![Region::new("C").name("Land").kind("country").level(0)];
        let macros = dice.percent(25);
        if macros {
            for code in ["M", "N"] {
                let region = Region::new(code).name(format!("Macro {code}"));
                regions.push(region.kind("macro_region").level(1).parent("C"));
            }
        }
        if dice.percent(15) {
            let unit = Region::new("U").name("Army").kind("reporting_unit").level(2).parent("C");
            regions.push(unit);
        }
        let by_uid = dice.percent(20);
        let mut land = Self { regions, provinces: Vec::new(), districts: BTreeMap::new(), by_uid };
        let with_districts = dice.percent(60);
        for code in PROVINCES.iter().take(2 + dice.below(4)) {
            let parent = if macros { dice.pick(&["M", "N", "M", "N", "C"]) } else { "C" };
            let kind = dice.weighted(&[(5, "province"), (1, "municipality")]);
            let region = Region::new(*code).name(format!("Name {code}")).kind(kind).level(2);
            let gso = ["910", "920", "930"][dice.below(3)];
            let region = if dice.percent(20) { region.other_code("gso", gso) } else { region };
            let province = land.add(region.parent(parent));
            land.provinces.push(province);
            let count =
                if with_districts { dice.weighted(&[(2, 0), (1, 1), (3, 2), (3, 3)]) } else { 0 };
            for number in 1..=count {
                let name =
                    dice.weighted(&[(6, format!("Town {code}{number}")), (1, "Twin".into())]);
                let region = Region::new(format!("{code}{number}")).name(name).kind("district");
                let parent = land.as_parent(province);
                let district = land.add(region.level(3).parent(parent));
                land.districts.insert(district, province);
            }
        }
        land
    }

    fn add(&mut self, region: Region) -> Id {
        self.regions.push(region);
        self.regions.len() - 1
    }

    fn as_parent(&self, province: Id) -> String {
        let province = &self.regions[province];
        if self.by_uid { province.uid() } else { province.code.clone() }
    }

    /// A later version like another region.
    fn follow(&mut self, like: Id, code: &str, name: String, day: Date) -> Id {
        let like = &self.regions[like];
        let mut region = Region::new(code).name(name).kind(like.kind.clone());
        region.level = like.level;
        region.parent.clone_from(&like.parent);
        region.codes.clone_from(&like.codes);
        self.add(region.valid_from(day))
    }

    fn end(&mut self, region: Id, day: Date, successors: &[String]) {
        let ended = self.regions[region].clone().valid_to(day);
        self.regions[region] =
            successors.iter().fold(ended, |region, successor| region.successor(successor));
    }

    /// Some provinces change on a day, and their districts with them.
    fn change(&mut self, dice: &mut Dice, day: Date) {
        let used = |region: &Region, code: &str| region.code == code && region.valid_to.is_none();
        let free = |code: &&str| !self.regions.iter().any(|region| used(region, code));
        let free: Vec<&str> = PROVINCES.iter().copied().filter(free).collect();
        let mut free = dice.shuffled(free);
        let mut left = dice.shuffled(std::mem::take(&mut self.provinces));
        // What became of each province that changed.
        let mut became: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        while let Some(one) = left.pop() {
            match dice.below(20) {
                9..=12 if !left.is_empty() => {
                    let count = 1 + dice.below(left.len().min(2));
                    let mut merged = left.split_off(left.len() - count);
                    merged.push(one);
                    let code = if dice.percent(25) { free.pop() } else { None };
                    became.extend(self.merge(dice, day, merged, code));
                }
                13..=15 if free.len() > 1 => {
                    let codes = [free.pop(), free.pop().filter(|_| dice.percent(40))];
                    became.insert(one, self.split(day, one, codes));
                }
                16..=17 if !left.is_empty() => {
                    let other = left.pop().unwrap_or(one);
                    let new = [self.again(one, day), self.again(other, day)];
                    let uids = new.map(|id| self.regions[id].uid());
                    self.end(one, day, &[uids[0].clone(), format!("~{}", uids[1])]);
                    self.end(other, day, &uids[1..]);
                    became.insert(one, vec![new[0], new[0], new[1]]);
                    became.insert(other, vec![new[1]]);
                }
                18 => {
                    let new = self.again(one, day);
                    let code = &self.regions[one].code;
                    self.regions[new].names = vec![Label::plain(format!("New {code}"))];
                    let uid = self.regions[new].uid();
                    self.end(one, day, &[uid]);
                    became.insert(one, vec![new]);
                }
                19 if dice.percent(30) => {
                    self.end(one, day, &[]);
                    became.insert(one, Vec::new());
                }
                _ => self.provinces.push(one),
            }
        }
        let after: BTreeSet<Id> = became.values().flatten().copied().collect();
        self.provinces.extend(after);
        if let (true, Some(code), Some(like)) =
            (dice.percent(8), free.pop(), self.provinces.first().copied())
        {
            let new = self.follow(like, code, format!("Name {code}"), day);
            self.provinces.push(new);
        }
        self.move_districts(dice, day, &became);
    }

    /// The same region as a later version.
    fn again(&mut self, region: Id, day: Date) -> Id {
        let Region { code, .. } = self.regions[region].clone();
        let name = self.regions[region].official_name().to_owned();
        self.follow(region, &code, name, day)
    }

    /// One in place of several, with the code of one of them or another one.
    fn merge(
        &mut self,
        dice: &mut Dice,
        day: Date,
        merged: Vec<Id>,
        code: Option<&str>,
    ) -> Vec<(Id, Vec<Id>)> {
        let new = self.again(dice.pick(&merged), day);
        if let Some(code) = code {
            code.clone_into(&mut self.regions[new].code);
        }
        let uid = self.regions[new].uid();
        let became = merged.into_iter().map(|old| {
            self.end(old, day, std::slice::from_ref(&uid));
            (old, vec![new])
        });
        became.collect()
    }

    /// Two in place of one, which may keep its code.
    fn split(&mut self, day: Date, one: Id, codes: [Option<&str>; 2]) -> Vec<Id> {
        let own = self.regions[one].code.clone();
        let mut parts = Vec::new();
        for code in codes {
            let code = code.unwrap_or(&own);
            parts.push(self.follow(one, code, format!("Name {code}"), day));
        }
        let uids: Vec<String> = parts.iter().map(|part| self.regions[*part].uid()).collect();
        self.end(one, day, &uids);
        parts
    }

    /// Districts of provinces that changed lie in what followed.
    fn move_districts(&mut self, dice: &mut Dice, day: Date, became: &BTreeMap<Id, Vec<Id>>) {
        let abolished = dice.percent(10);
        let mut last: Option<Id> = None;
        for (district, province) in std::mem::take(&mut self.districts) {
            let followers = became.get(&province);
            if abolished || followers.is_some_and(Vec::is_empty) {
                self.end(district, day, &[]);
                continue;
            }
            let target = followers.map_or(province, |followers| dice.pick(followers));
            let parent = self.as_parent(target);
            let stays = self.regions[district].parent.as_ref() == Some(&parent);
            if stays && dice.percent(85) {
                self.districts.insert(district, target);
                continue;
            }
            // Now and then a district goes into the one that moved before.
            let merged = last.filter(|other| self.districts.get(other) == Some(&target));
            if let Some(other) = merged.filter(|_| dice.percent(25)) {
                let uid = self.regions[other].uid();
                self.end(district, day, &[uid]);
                continue;
            }
            let code = self.regions[district].code.clone();
            let name = self.regions[district].official_name().to_owned();
            let new = self.follow(district, &code, name, day);
            self.regions[new].parent = Some(parent);
            let uid = self.regions[new].uid();
            self.end(district, day, &[uid]);
            self.districts.insert(new, target);
            last = Some(new);
        }
    }
}

/// Two to four indicators, the parts and weights of each among them.
fn indicators(dice: &mut Dice) -> Vec<Indicator> {
    let jobs = Indicator::stock("jobs").unit("persons");
    let adults = Indicator::stock("adults").unit("persons");
    let births = Indicator::flow("births").unit("births");
    let deaths = Indicator::flow("deaths").unit("births");
    let all = [
        (4, vec![jobs.clone()]),
        (3, vec![births.clone()]),
        (4, vec![Indicator::ratio("rate").unit("%").of("jobs", "adults"), jobs, adults.clone()]),
        (
            2,
            vec![
                Indicator::ratio("fertility").unit("births/person").of("births", "adults"),
                births.clone(),
                adults.clone(),
            ],
        ),
        (
            1,
            vec![
                Indicator::ratio("survival").unit("%").of("deaths", "births"),
                births.clone(),
                deaths,
            ],
        ),
        (2, vec![Indicator::intensity("wage").unit("VND").weight("adults"), adults.clone()]),
        (1, vec![Indicator::index("prices").weight("births"), births]),
        (1, vec![Indicator::ratio("poverty").unit("%").weight("adults"), adults]),
        (1, vec![Indicator::index("mood")]),
        (1, vec![Indicator::ratio("reading").unit("%")]),
        (1, vec![Indicator::undeclared("score")]),
    ];
    let mut indicators: Vec<Indicator> = Vec::new();
    for _ in 0..=dice.below(2) {
        for indicator in dice.weighted(&all) {
            if indicators.iter().all(|known| known.name != indicator.name) {
                indicators.push(indicator);
            }
        }
    }
    indicators
}

/// Names of facts outlive their world.
pub(crate) fn indicator_name(name: &str) -> &'static str {
    const NAMES: [&str; 12] = [
        "jobs",
        "adults",
        "births",
        "deaths",
        "rate",
        "fertility",
        "survival",
        "wage",
        "prices",
        "poverty",
        "mood",
        "reading",
    ];
    NAMES.into_iter().find(|known| *known == name).unwrap_or("score")
}

/// The window in which figures are published.
fn periods(frequency: Frequency) -> Vec<Period> {
    let (first, count) = match frequency {
        Frequency::Half => ("2017-H1", 10),
        _ => ("2017", 5),
    };
    let first: Period = first.parse().expect("a period");
    (0..count).filter_map(|ahead| first.checked_add(ahead)).collect()
}

fn facts(dice: &mut Dice, indicators: &[Indicator], regions: &[Region]) -> Vec<Fact> {
    let mut facts = Vec::new();
    let shared = dice.weighted(&[(3, Frequency::Year), (2, Frequency::Half)]);
    let density = dice.pick(&[70, 85, 95, 100]);
    let statuses = dice.percent(40);
    for indicator in indicators {
        // Which levels publish, and how often.
        let flow = indicator.kind == Some(Kind::Flow);
        let chances = [25, 20, 70, 65];
        let levels = chances.map(|chance| {
            dice.percent(chance).then(|| {
                if flow && dice.percent(15) {
                    dice.pick(&[Frequency::Year, Frequency::Half])
                } else {
                    shared
                }
            })
        });
        for region in regions {
            let level = usize::from(region.level.unwrap_or_default());
            let Some(frequency) = levels[level] else { continue };
            let back = dice.percent(4);
            for period in periods(frequency) {
                let close = period.last_day();
                let alive = region.is_valid_on(close)
                    || back && region.valid_from.is_some_and(|from| close < from);
                if !alive || !dice.percent(density) {
                    continue;
                }
                let weak = [Status::PROVISIONAL, Status::ESTIMATE, Status::PROJECTION];
                let status =
                    if statuses && dice.percent(15) { dice.pick(&weak) } else { Status::ACTUAL };
                facts.push(Fact {
                    indicator: indicator_name(&indicator.name),
                    region: interned(&region.uid()),
                    period,
                    target: false,
                    value: Some(value(dice)),
                    status,
                    published: close.checked_add_days(40).expect("a day"),
                });
            }
        }
    }
    facts
}

/// Figures with up to two decimals; zero is rare.
fn value(dice: &mut Dice) -> Decimal {
    let mantissa = if dice.percent(3) { 0 } else { 1 + dice.below(900) };
    let scale = dice.weighted(&[(4, 0_u8), (1, 1), (1, 2)]);
    Decimal::new(i128::try_from(mantissa).expect("small"), scale).expect("a decimal")
}
