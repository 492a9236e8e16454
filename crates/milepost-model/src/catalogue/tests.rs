use proptest::prelude::*;

use super::*;
use crate::{Basis, Date};

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

/// A few provinces of the Mekong delta on either side of the merger of 2025.
fn delta() -> Catalogue {
    let mut catalogue = Catalogue::new();
    let province = |code: &str| Region::new(code).kind("province").level(2).parent("VN-RG-MKD");
    let old = |code: &str| province(code).valid_to("2025-07-01");
    let area = || Region::new("VN-RG-MKD").kind("macro_region").level(1).parent("VN");
    for region in [
        Region::new("VN").name("Việt Nam").name("Viet Nam").kind("country").level(0),
        area().name("Đồng bằng sông Cửu Long").valid_to("2025-07-01"),
        area().name("Đồng bằng sông Cửu Long").valid_from("2025-07-01"),
        old("VN-49").name("Vĩnh Long").name("Vinh Long").other_code("gso", "86"),
        old("VN-41").name("Long An").other_code("gso", "80"),
        old("VN-CT").name("Cần Thơ").kind("municipality").valid_from("2004-01-01"),
        province("VN-49").name("Vĩnh Long").other_code("gso", "86").valid_from("2025-07-01"),
        province("VN-37").name("Tây Ninh").other_code("gso", "80").valid_from("2025-07-01"),
    ] {
        catalogue.define(region).expect("a region");
    }
    catalogue
}

fn uids(catalogue: &Catalogue, ids: impl IntoIterator<Item = RegionId>) -> Vec<&str> {
    ids.into_iter().map(|id| catalogue.region(id).uid.as_str()).collect()
}

#[test]
fn a_region_is_found_by_the_best_of_its_names() {
    let mut catalogue = delta();
    catalogue.define(Region::new("80").name("VN-49")).expect("a region");
    for (text, found) in [
        ("VN-49@0", vec!["VN-49@0"]),
        ("VN-49", vec!["VN-49@0", "VN-49@2025"]),
        (" Vĩnh Long ", vec!["VN-49@0", "VN-49@2025"]),
        ("vinh long", vec!["VN-49@0", "VN-49@2025"]),
        ("vn 49", vec!["VN-49@0", "VN-49@2025", "80@0"]),
        ("80", vec!["80@0"]),
        ("gso:80", vec!["VN-41@0", "VN-37@2025"]),
        ("86", vec!["VN-49@0", "VN-49@2025"]),
        ("DONG BANG SONG CUU LONG", vec!["VN-RG-MKD@0", "VN-RG-MKD@2025"]),
        ("Paris", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(uids(&catalogue, catalogue.find_regions(text)), found, "{text:?}");
    }
}

#[test]
fn exact_diacritics_beat_folded_ones() {
    let mut catalogue = Catalogue::new();
    catalogue.define(Region::new("a").name("Tân Phú")).expect("a region");
    catalogue.define(Region::new("b").name("Tân Phủ")).expect("a region");
    assert_eq!(uids(&catalogue, catalogue.find_regions("Tân Phú")), ["a@0"]);
    let decomposed: String = unicode_normalization::UnicodeNormalization::nfd("Tân Phủ").collect();
    assert_eq!(uids(&catalogue, catalogue.find_regions(&decomposed)), ["b@0"]);
    assert_eq!(uids(&catalogue, catalogue.find_regions("tan phu")), ["a@0", "b@0"]);
}

#[test]
fn a_parent_code_means_the_version_of_the_day() {
    let catalogue = delta();
    let [old, new] = catalogue.versions_of("VN-49")[..] else { panic!("two versions") };
    let (before, after) = (date("2025-06-30"), date("2025-07-01"));
    let above = |id, day| uids(&catalogue, catalogue.ancestors(id, day));
    assert_eq!(above(old, before), ["VN-RG-MKD@0", "VN@0"]);
    assert_eq!(above(new, after), ["VN-RG-MKD@2025", "VN@0"]);
    let area = catalogue.region_on("VN-RG-MKD", before).expect("an area");
    let children = |day| uids(&catalogue, catalogue.children_of(area, day));
    assert_eq!(children(before), ["VN-49@0", "VN-41@0", "VN-CT@2004"]);
    assert_eq!(children(after), [""; 0]);
    assert_eq!(uids(&catalogue, catalogue.siblings_of(old, before)), ["VN-41@0", "VN-CT@2004"]);
    assert_eq!(
        uids(&catalogue, catalogue.regions_at_level(2, after)),
        ["VN-49@2025", "VN-37@2025"]
    );
}

#[test]
fn words_for_types_name_levels() {
    let catalogue = delta();
    for (word, level) in [
        ("province", Some(2)),
        ("Provinces", Some(2)),
        ("municipalities", Some(2)),
        ("macro_region", Some(1)),
        ("macro regions", Some(1)),
        ("countries", Some(0)),
        ("commune", None),
    ] {
        assert_eq!(catalogue.level_of_word(word), level, "{word}");
    }
}

#[test]
fn an_indicator_is_found_by_name_label_and_alias() {
    let mut catalogue = Catalogue::new();
    let participants = Indicator::stock("si.participants")
        .label("vi", "Người tham gia bảo hiểm xã hội")
        .alias("SI participants");
    catalogue.define(participants).expect("an indicator");
    catalogue.define(Indicator::stock("si_participants")).expect("an indicator");
    let first = Lookup::Found(IndicatorId(0));
    assert_eq!(catalogue.find_indicator("nguoi tham gia bao hiem xa hoi"), first);
    assert_eq!(catalogue.find_indicator("SI participants"), first);
    assert_eq!(catalogue.find_indicator("si_participants"), Lookup::Found(IndicatorId(1)));
    assert_eq!(
        catalogue.find_indicator("Si Participants"),
        Lookup::Ambiguous(vec![IndicatorId(0), IndicatorId(1)])
    );
    assert_eq!(catalogue.find_indicator("hi"), Lookup::Unknown);
}

#[test]
fn milestones_are_found_with_and_without_parentheses() {
    let mut catalogue = Catalogue::new();
    for milestone in [
        Milestone::new("Law on Social Insurance (amended) passed").alias("SI law").on("2024-06-29"),
        Milestone::new("Resolution No. 28-NQ/TW issued").with_id("r28").on("2018-05-23"),
        Milestone::new("Law on Social Insurance in force").alias("SI law").on("2025-07-01"),
    ] {
        catalogue.define(milestone).expect("a milestone");
    }
    let amended = Lookup::Found(MilestoneId(0));
    assert_eq!(catalogue.find_milestone("Law on Social Insurance (amended) passed"), amended);
    assert_eq!(catalogue.find_milestone("law on social insurance passed"), amended);
    let resolution = Lookup::Found(MilestoneId(1));
    for text in ["r28", "R28", "resolution no. 28 NQ/TW issued"] {
        assert_eq!(catalogue.find_milestone(text), resolution);
    }
    let both = Lookup::Ambiguous(vec![MilestoneId(0), MilestoneId(2)]);
    assert_eq!(catalogue.find_milestone("SI law"), both);
    assert_eq!(catalogue.find_milestone("si  LAW"), both);
}

#[test]
fn a_definition_of_the_same_identity_replaces() {
    let mut catalogue = delta();
    let before = catalogue.clone();
    let old = catalogue.region_with_uid("VN-41@0").expect("Long An");
    catalogue.define(Region::new("VN-X").with_uid("VN-41@0").name("Elsewhere")).expect("a region");
    assert_eq!(catalogue.regions().len(), before.regions().len());
    assert_eq!(catalogue.region(old).official_name(), "Elsewhere");
    assert_eq!(catalogue.find_regions("VN-X"), [old]);
    assert!(catalogue.find_regions("Long An").is_empty());
    assert!(catalogue.versions_of("VN-41").is_empty());
    // The clone taken before still has what it had.
    assert_eq!(before.find_regions("Long An"), [old]);
    assert_eq!(before.versions_of("VN-41"), [old]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut catalogue = delta();
    let unchanged = catalogue.clone();
    let refused: [(Definition, &str); 13] = [
        (Indicator::stock(" ").into(), "is empty"),
        (Indicator::stock("a\u{1}").into(), "control characters"),
        (Indicator::stock("x".repeat(1025)).into(), "1025 bytes"),
        (Indicator::stock("a").unit("persons//day").into(), "the unit of \"a\""),
        (Indicator::stock("a").basis(Basis::Ytd).into(), "is no flow"),
        (Indicator::ratio("a").of("b", "a").into(), "its own denominator"),
        (Indicator::stock("a").begins("never").into(), "begins \"never\""),
        (Region::new("").into(), "is empty"),
        (Region::new("a").valid_from("2020-01-01").valid_to("2020-01-01").into(), "`valid_to`"),
        (Region::new("a").parent("a").into(), "lies within itself"),
        (Region::new("VN").parent("VN-RG-MKD").into(), "VN@0 in VN-RG-MKD@0 in VN@0"),
        (Milestone::new("a").into(), "no day is stated"),
        (Milestone::new("a").from("2020").until("2019").into(), "before it starts"),
    ];
    for (definition, message) in refused {
        let error = catalogue.define(definition).expect_err(message).to_string();
        assert!(error.contains(message), "{error}");
    }
    assert_eq!(catalogue, unchanged);
}

#[test]
fn references_that_lead_nowhere_are_listed() {
    let mut catalogue = delta();
    assert_eq!(catalogue.check(), []);
    catalogue.define(Indicator::ratio("coverage").of("part", "whole")).expect("an indicator");
    catalogue.define(Indicator::stock("part")).expect("an indicator");
    catalogue
        .define(Region::new("VN-49").valid_from("2020-01-01").successor("VN-1@1"))
        .expect("a region");
    let warnings: Vec<_> = catalogue.check().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "the denominator of \"coverage\", \"whole\", is not defined",
            "the successor of \"VN-49@2020\", \"VN-1@1\", is not defined",
            "\"VN-49@0\" and \"VN-49@2020\" have one code and are valid on the same day",
            "\"VN-49@2025\" and \"VN-49@2020\" have one code and are valid on the same day",
        ]
    );
}

#[test]
fn near_names_are_suggested() {
    let mut catalogue = delta();
    for name in ["si.participants", "si.coverage", "voluntary_si.participants", "population"] {
        catalogue.define(Indicator::stock(name)).expect("an indicator");
    }
    catalogue.define(Milestone::new("Resolution No. 28-NQ/TW").on("2018")).expect("a milestone");
    assert_eq!(catalogue.similar_regions("Vinh Lnog", 3), ["Vĩnh Long"]);
    assert_eq!(catalogue.similar_regions("can", 3), ["Cần Thơ"]);
    assert_eq!(catalogue.similar_indicators("si.particpants", 1), ["si.participants"]);
    assert_eq!(
        catalogue.similar_indicators("participants", 3),
        ["si.participants", "voluntary_si.participants"]
    );
    assert_eq!(catalogue.similar_milestones("resolution", 3), ["Resolution No. 28-NQ/TW"]);
    assert_eq!(catalogue.similar_indicators("inflation", 3), [""; 0]);
    assert_eq!(catalogue.similar_indicators("", 3), [""; 0]);
}

#[test]
fn a_catalogue_is_serialised_as_its_three_lists() {
    let mut catalogue = delta();
    catalogue.define(Indicator::stock("a").unit("persons")).expect("an indicator");
    catalogue.define(Milestone::new("b").on("2018-05-23")).expect("a milestone");
    let config = bincode::config::standard();
    let before = bincode::serde::encode_to_vec(&catalogue, config).expect("bytes");
    // Lookups fill the indexes, which leaves no trace in what is written.
    assert_eq!(catalogue.find_regions("vinh long").len(), 2);
    let bytes = bincode::serde::encode_to_vec(&catalogue, config).expect("bytes");
    assert_eq!(bytes, before);
    let (read, length): (Catalogue, usize) =
        bincode::serde::decode_from_slice(&bytes, config).expect("a catalogue");
    assert_eq!((&read, length), (&catalogue, bytes.len()));
    assert_eq!(read.find_regions("vinh long"), catalogue.find_regions("vinh long"));
}

fn any_region() -> impl Strategy<Value = Region> {
    let code = prop::sample::select(vec!["a", "b", "c", "d"]);
    let parent = prop::option::of(prop::sample::select(vec!["a", "b", "c@2000", "d"]));
    (code, parent, 2000_i16..2004).prop_map(|(code, parent, year)| {
        let region = Region::new(code).level(1).valid_from(format!("{year}-01-01"));
        match parent {
            Some(parent) => region.parent(parent),
            None => region,
        }
    })
}

proptest! {
    #[test]
    fn incremental_identities_are_those_of_a_rebuild(
        regions in prop::collection::vec(any_region(), 0..24),
    ) {
        let mut catalogue = Catalogue::new();
        for region in regions {
            // A region within itself is refused; the rest must agree all the same.
            let _ = catalogue.define(region);
        }
        let rebuilt = Catalogue::from(Content::from(catalogue.clone()));
        for code in ["a", "b", "c", "d"] {
            prop_assert_eq!(catalogue.versions_of(code), rebuilt.versions_of(code));
            prop_assert_eq!(catalogue.find_regions(code), catalogue.versions_of(code));
        }
        prop_assert_eq!(catalogue, rebuilt);
    }

    #[test]
    fn children_are_those_whose_parent_it_is(
        regions in prop::collection::vec(any_region(), 0..24), year in 1999_i16..2005,
    ) {
        let mut catalogue = Catalogue::new();
        for region in regions {
            let _ = catalogue.define(region);
        }
        let day = date(&format!("{year}-06-30"));
        for (id, _) in catalogue.regions() {
            let expected: Vec<_> = catalogue
                .regions()
                .filter(|(child, region)| {
                    region.is_valid_on(day) && catalogue.parent_of(*child, day) == Some(id)
                })
                .map(|(child, _)| child)
                .collect();
            prop_assert_eq!(catalogue.children_of(id, day), expected);
            let above: Vec<_> = catalogue.ancestors(id, day).collect();
            prop_assert!(!above.contains(&id));
        }
    }
}

/// Regions under a handful of names that meet in every way, or none where that cannot be defined.
fn meeting() -> impl Strategy<Value = Catalogue> {
    let code = || prop::sample::select(vec!["a", "b", "a@1", "Đ", "c"]);
    let uid = prop::option::weighted(0.3, prop::sample::select(vec!["a", "x", "b@0", "a@1@2"]));
    let year = || prop::option::of(prop::sample::select(vec!["2000", "2010"]));
    let parent = prop::option::of(prop::sample::select(vec!["a", "b", "x", "a@0", "b@2000"]));
    let successors = prop::collection::vec(prop::sample::select(vec!["a", "b@0", "c@2010"]), 0..3);
    let level = prop::option::of(0..3_u8);
    let region = (code(), uid, year(), year(), parent, successors, level).prop_map(
        |(code, uid, from, to, parent, successors, level)| {
            let mut region = Region::new(code).kind(if level == Some(1) { "area" } else { "" });
            region.uid = uid.unwrap_or_default().to_owned();
            region.parent = parent.map(str::to_owned);
            region.level = level;
            region.valid_from = from.map(|year| date(&format!("{year}-01-01")));
            region.valid_to = to.map(|year| date(&format!("{year}-07-01")));
            successors.into_iter().fold(region, Region::successor)
        },
    );
    prop::collection::vec(region, 0..9).prop_map(|regions| {
        let mut catalogue = Catalogue::new();
        for region in regions {
            // One that cannot be defined is left out.
            drop(catalogue.define(region));
        }
        catalogue
    })
}

/// The same, whose regions come from a source.
fn from_source(catalogue: &Catalogue) -> Catalogue {
    #[derive(Debug)]
    struct Source(Vec<Region>);
    impl RegionSource for Source {
        fn region(&self, position: u32) -> Region {
            self.0[position as usize].clone()
        }
    }
    let regions: Vec<Region> = catalogue.regions().map(|(_, region)| region.clone()).collect();
    let mut gazetteer = Gazetteer::with_capacity(1);
    for region in &regions {
        gazetteer.push(&RegionView::from(region)).expect("there is room");
    }
    Catalogue::lazy(Vec::new(), gazetteer, Arc::new(Source(regions)), Vec::new())
}

proptest! {
    /// What is looked up is what going over all regions finds.
    #[test]
    fn lookups_find_what_a_search_finds(defined in meeting()) {
        let regions: Vec<(RegionId, Region)> =
            defined.regions().map(|(id, region)| (id, region.clone())).collect();
        let of = |is_meant: &dyn Fn(RegionId, &Region) -> bool| -> Vec<RegionId> {
            regions.iter().filter(|(id, region)| is_meant(*id, region)).map(|(id, _)| *id).collect()
        };
        for catalogue in [from_source(&defined), defined.clone()] {
            for text in ["a", "b", "x", "c", "Đ", "a@0", "a@1", "a@1@2", "b@0", "b@2000", "@", ""] {
                let with_uid = of(&|_, region| region.uid == text);
                prop_assert_eq!(catalogue.region_with_uid(text), with_uid.first().copied());
                prop_assert_eq!(catalogue.versions_of(text), of(&|_, region| region.code == text));
                prop_assert_eq!(catalogue.find_regions(text), defined.find_regions(text));
            }
            for (id, region) in &regions {
                let outline = catalogue.outline(*id);
                prop_assert_eq!((&outline.kind, outline.level), (&region.kind, region.level));
                prop_assert_eq!(outline.valid_from, region.valid_from);
                prop_assert_eq!(outline.valid_to, region.valid_to);
                let leads_here = |_, other: &Region| {
                    other.successors.iter().any(|successor| successor.uid == region.uid)
                };
                prop_assert_eq!(catalogue.predecessors_of(*id), of(&leads_here));
                for day in ["1999-01-01", "2000-01-01", "2005-01-01", "2010-07-01"].map(date) {
                    let lies_here = |other, record: &Region| {
                        record.is_valid_on(day) && defined.parent_of(other, day) == Some(*id)
                    };
                    prop_assert_eq!(catalogue.children_of(*id, day), of(&lies_here));
                }
            }
            for level in 0..4 {
                let is_on = |_, region: &Region| region.level == Some(level);
                prop_assert_eq!(catalogue.at_level(level).collect::<Vec<_>>(), of(&is_on));
            }
            let firsts: Vec<RegionId> = catalogue.outlines().map(|(first, _)| first).collect();
            let is_first = |id: RegionId, _: &Region| {
                (0..id.0).all(|other| catalogue.outline(RegionId(other)) != catalogue.outline(id))
            };
            prop_assert_eq!(firsts, of(&is_first));
        }
    }
}
