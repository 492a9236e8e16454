//! How the time that a question takes grows with the data: `cargo bench --bench growth -- 1/16 1/4 1`
//! asks the twelve questions at these sizes, with `--write` for the README.

use std::env;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use milepost::Snapshot;
use milepost_benches::workload::{Size, Workload};
use milepost_benches::{
    Failure, Question, milliseconds, questions, ratio, store, write_between_markers,
};

/// Runs before those that count: what is worked out once and then kept is there.
const WARM: usize = 20;
/// Runs that count, but for what takes long.
const RUNS: usize = 300;
const PATIENCE: Duration = Duration::from_secs(2);

/// What a question takes and gives at one size.
struct Asked {
    median: f64,
    rows: usize,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let is_trial = arguments.iter().any(|argument| argument == "--test");
    let mut sizes: Vec<Size> = arguments.iter().filter_map(|size| size.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = if is_trial { vec![Size::Sixteenth] } else { vec![Size::Sixteenth, Size::Quarter] };
    }
    let runs = if is_trial { 1 } else { RUNS };
    let mut columns = Vec::new();
    for size in &sizes {
        let store = store(&Workload::new(*size), Path::new(env!("CARGO_TARGET_TMPDIR")))?;
        let snapshot = store.snapshot();
        let asked = questions().iter().map(|question| ask(&snapshot, question, runs)).collect();
        columns.push(asked);
    }
    let table = table(&sizes, &columns)?;
    print!("{table}");
    if arguments.iter().any(|argument| argument == "--write") {
        let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        write_between_markers(Path::new(readme), "growth", &table)?;
    }
    Ok(())
}

/// Asks a question again and again, from its text.
fn ask(snapshot: &Snapshot, question: &Question, runs: usize) -> Asked {
    let answers = || {
        let texts = question.since.iter();
        texts.map(|text| snapshot.query(text).expect("the text is answered")).collect::<Vec<_>>()
    };
    for _ in 0..WARM.min(runs) {
        black_box(answers());
    }
    let (begun, mut times) = (Instant::now(), Vec::new());
    while times.is_empty() || times.len() < runs && begun.elapsed() < PATIENCE {
        let asked = Instant::now();
        let answers = black_box(answers());
        times.push(asked.elapsed().as_secs_f64());
        drop(answers);
    }
    times.sort_unstable_by(f64::total_cmp);
    let rows = answers().iter().map(|answer| answer.rows.len()).sum();
    Asked { median: times[times.len() / 2], rows }
}

#[expect(clippy::cast_precision_loss, reason = "rows of an answer")]
fn table(sizes: &[Size], columns: &[Vec<Asked>]) -> Result<String, Failure> {
    let mut text =
        "Milliseconds, medians of warm runs; at the end, the last size over the first.\n\n"
            .to_owned();
    text.push_str("| question |");
    for size in sizes {
        write!(text, " {size} |")?;
    }
    writeln!(text, " time | rows |\n| --- |{}", " ---: |".repeat(sizes.len() + 2))?;
    for (number, question) in questions().iter().enumerate() {
        write!(text, "| {} {} |", question.name, question.title)?;
        for column in columns {
            write!(text, " {} |", milliseconds(column[number].median * 1e3))?;
        }
        let (first, last) = (&columns[0][number], &columns[columns.len() - 1][number]);
        let (time, rows) = (last.median / first.median, last.rows as f64 / first.rows as f64);
        writeln!(text, " {} | {} |", ratio(time), ratio(rows))?;
    }
    Ok(text)
}
