//! What is counted: the kernels, reads of the store, the parser, and questions.

use std::hint::black_box;
use std::path::Path;

use milepost_benches::workload::{INDICATORS, PROVINCES, commune_code};
use milepost_benches::{COMMUNE, Failure, questions};
use milepost_model::{Period, RegionId, Scenario};
use milepost_store::kernels::{Bits, CELLS, Level, Numbers, Packed, pack};
use milepost_store::{Options, Snapshot, Store};

/// Does everything, counted, and prints the name of each.
pub(crate) fn run(store: &Path) -> Result<(), Failure> {
    // Portable and AVX2: Callgrind knows no wider vectors.
    for level in Level::available().into_iter().take(2) {
        kernels(level);
    }
    let inner = Store::open_read_only(store, Options::default())?;
    reads(&inner.snapshot())?;
    let outer = milepost::Store::open_read_only(store)?;
    let snapshot = outer.snapshot();
    for question in questions() {
        let parse = || question.since.iter().map(|text| milepost_lang::parse(text)).collect();
        let _: Vec<_> = subject(&format!("parse {}", question.name), parse);
        let ask = || question.since.iter().map(|text| snapshot.query(text)).collect();
        let answers: Result<Vec<_>, _> =
            subject(&format!("{} {}", question.name, question.title), ask);
        answers?;
    }
    Ok(())
}

/// How often something is done before it is counted: what is worked out once and kept is then.
const WARM: usize = 20;

/// Does something often, the last time counted.
fn subject<T>(name: &str, mut work: impl FnMut() -> T) -> T {
    println!("{name}");
    for _ in 0..WARM {
        black_box(work());
    }
    let mut done = None;
    counted(&mut || done = Some(work()));
    black_box(done).expect("it was counted")
}

/// Callgrind knows it by its name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
    // A call in the last place would become a jump, and the end of this function be missed.
    black_box(());
}

/// Numbers below 2^`width`, packed.
fn packed(width: u8) -> Vec<u8> {
    let mut state = 1995_u64;
    let values = std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state >> (64 - width)
    });
    let mut payload = Vec::new();
    pack(&values, width, &mut payload);
    payload
}

/// The kernels over one frame: narrow, wide, and on top of a key.
fn kernels(level: Level) {
    let [four, twelve, twenty, forty] = &[4, 12, 20, 40].map(packed);
    let numbers = |payload, width| Packed { payload, width };
    let shapes = [
        ("4 bits", Numbers::of(four, 4)),
        ("12 bits", Numbers::of(twelve, 12)),
        ("40 bits", Numbers::of(forty, 40)),
        ("12 bits over 20", Numbers::over(numbers(twenty, 20), numbers(twelve, 12))),
    ];
    let mut present: Bits = [u64::MAX; CELLS / 64];
    present.iter_mut().zip(0..).for_each(|(word, hole)| *word ^= 1 << hole);
    let part = 7..CELLS - 9;
    let ranges = || (0..CELLS / 16).map(|part| part * 16..part * 16 + 13);
    for (shape, numbers) in black_box(shapes) {
        for (holes, present) in [("", None), (", holes", Some(&present))] {
            let name = |what: &str| format!("{what}, {shape}{holes}, {level:?}");
            let mut out = [0; CELLS];
            subject(&name("unpack"), || level.unpack(numbers, 5, 0..CELLS, present, &mut out));
            subject(&name("sum"), || level.sum(numbers, part.clone(), present));
            let mut total = 0;
            subject(&name("sums of ranges"), || {
                level.sums(numbers, present, ranges(), |sum| total += sum);
            });
            black_box((&out, total));
        }
    }
}

/// Reads of one indicator: figures side by side and one after another, and sums.
fn reads(snapshot: &Snapshot) -> Result<(), Failure> {
    let catalogue = snapshot.catalogue();
    let indicator = catalogue.indicator_named(INDICATORS[0].name).ok_or("no indicator")?;
    let region = |code: &str| catalogue.region_with_uid(&format!("{code}@0"));
    let communes: Vec<RegionId> =
        (0..).map_while(|commune| region(&commune_code(commune))).collect();
    let commune = *communes.get(COMMUNE).ok_or("no commune")?;
    let (reported, month): (_, Period) = (Scenario::reported(), "2018-05".parse()?);

    let selection = snapshot.selection(&communes);
    subject("a month of every commune", || {
        snapshot.cross_section(indicator, &reported, &selection, month, None)
    })?;
    subject("every month of a commune", || snapshot.series(indicator, commune, &reported, None))?;
    subject("one figure", || snapshot.observation(indicator, commune, &reported, month, None))?;
    let whole = snapshot.partition(communes.iter().map(|commune| (*commune, 0)));
    subject("a sum of a whole level", || {
        snapshot.totals(indicator, &reported, &whole, &[month], None)
    })?;
    let parts = (0..).map(|commune| commune * PROVINCES / communes.len());
    let provinces = snapshot.partition(communes.iter().copied().zip(parts));
    subject("sums of 63 parts of a level", || {
        snapshot.totals(indicator, &reported, &provinces, &[month], None)
    })?;
    Ok(())
}
