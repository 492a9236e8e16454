//! The comparison: starts a process for each engine, compares the answers, draws the table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use milepost_benches::workload::{Size, Workload};
use milepost_benches::{Failure, files, milliseconds, questions, ratio, write_between_markers};

use crate::arguments::Comparison;
use crate::engines::{PEERS, Peer, peer};
use crate::rows::compare;
use crate::workplace::{bytes, folder, rows, store};

/// How often the first answer of a fresh process is measured.
const FIRST_RUNS: usize = 7;

/// A column of the table: an engine on some threads, and seconds by what was measured.
struct Column {
    peer: Peer,
    threads: usize,
    seconds: BTreeMap<String, f64>,
}

/// Measures every engine, checks that answers are equal, prints and writes the table.
pub(crate) fn compare_engines(comparison: &Comparison) -> Result<(), Failure> {
    let size = comparison.size;
    let workload = Workload::new(size);
    eprintln!("workload {size}");
    let files = files(&workload, &folder(size)?)?;
    let points = workload.points().count();
    let mut columns = Vec::new();
    for name in &comparison.engines {
        let peer = peer(name)?;
        let loaded = loaded(&peer, size, comparison.reload)?;
        for &threads in &comparison.threads {
            if threads > 1 && !peer.is_parallel {
                continue;
            }
            eprintln!("{name}: asking on {threads} threads");
            let count = [threads.to_string(), comparison.runs.to_string()];
            let asked = start("ask", &peer, size, &count)?;
            let mut seconds = loaded.clone();
            for (name, times) in asked {
                let shown = if comparison.quickest { times.last() } else { times.first() };
                seconds.extend(shown.map(|&shown| (name, shown)));
            }
            columns.push(Column { peer, threads, seconds });
        }
    }
    check(&columns, size)?;
    let csv = bytes(&files.join("observations.csv"))?;
    let of = if comparison.quickest { "the quickest of warm runs" } else { "medians of warm runs" };
    let heading = format!(
        "{points} points ({size} of the workload, {:.0} MB as CSV); milliseconds, {of}; the last \
         column is the best other engine over milepost.",
        csv as f64 / 1e6
    );
    let table = format!("{heading}\n\n{}", table(&columns, points)?);
    print!("{table}");
    comparison.into.as_deref().map_or(Ok(()), |file| write_between_markers(file, "peers", &table))
}

/// Loads an engine's store, unless it is there, and times the first answer.
fn loaded(peer: &Peer, size: Size, reload: bool) -> Result<BTreeMap<String, f64>, Failure> {
    let place = store(peer, size)?;
    let note = place.with_extension("seconds");
    if peer.store_of.is_none() && (reload || !place.exists() || !note.exists()) {
        eprintln!("{}: loading", peer.name);
        let seconds = start("load", peer, size, &[])?;
        let load = seconds.get("load").and_then(|times| times.first());
        fs::write(&note, load.ok_or("a load without a time")?.to_string())?;
    }
    if !place.exists() {
        let owner = peer.store_of.unwrap_or(peer.name);
        return Err(format!("{} needs {owner} among the engines before it", peer.name).into());
    }
    let mut loaded = BTreeMap::from([("bytes".to_owned(), bytes(&place)? as f64)]);
    if peer.store_of.is_none() {
        loaded.insert("load".to_owned(), fs::read_to_string(&note)?.parse()?);
    }
    let mut firsts = Vec::new();
    for _ in 0..FIRST_RUNS {
        firsts.extend(start("first", peer, size, &[])?.into_values().flatten());
    }
    firsts.sort_unstable_by(f64::total_cmp);
    loaded.extend(firsts.get(firsts.len() / 2).map(|&median| ("first".to_owned(), median)));
    Ok(loaded)
}

/// Runs this program again for one task and reads the times that it prints.
fn start(
    task: &str,
    peer: &Peer,
    size: Size,
    further: &[String],
) -> Result<BTreeMap<String, Vec<f64>>, Failure> {
    let threads = further.first().map_or("2", String::as_str);
    let output = Command::new(std::env::current_exe()?)
        .args([task, peer.name, &size.to_string()])
        .args(further)
        .env("POLARS_MAX_THREADS", threads)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{} failed to {task}", peer.name).into());
    }
    let printed = String::from_utf8(output.stdout)?;
    let lines = printed.lines().filter_map(|line| line.split_once('\t'));
    let times = |text: &str| text.split('\t').map(str::parse).collect::<Result<_, _>>();
    lines.map(|(name, seconds)| Ok((name.to_owned(), times(seconds)?))).collect()
}

/// Compares every engine's rows with those of the first one.
fn check(columns: &[Column], size: Size) -> Result<(), Failure> {
    let Some((first, others)) = columns.split_first() else { return Ok(()) };
    let mut different = 0;
    for question in questions() {
        let name = question.name;
        for other in others {
            let asked = [first, other].iter().all(|column| column.seconds.contains_key(name));
            if !asked || other.peer.name == first.peer.name {
                continue;
            }
            let files = (rows(&first.peer, size, name)?, rows(&other.peer, size, name)?);
            if let Err(difference) = compare(&files.0, &files.1) {
                eprintln!("{name}: {difference}");
                different += 1;
            }
        }
    }
    if different > 0 {
        return Err(format!("{different} answers differ").into());
    }
    eprintln!("the answers are equal");
    Ok(())
}

fn table(columns: &[Column], points: usize) -> Result<String, Failure> {
    let mut text = String::new();
    text.push_str("| question |");
    for Column { peer, threads, .. } in columns {
        match (peer.is_parallel, threads) {
            (false, _) => write!(text, " {} |", peer.title)?,
            (true, 1) => write!(text, " {}, 1 thread |", peer.title)?,
            (true, _) => write!(text, " {}, {threads} threads |", peer.title)?,
        }
    }
    text.push_str(" ratio |\n| --- |");
    text.push_str(&" ---: |".repeat(columns.len() + 1));
    text.push('\n');
    for question in questions() {
        let title = format!("{} {}", question.name, question.title);
        line(&mut text, columns, &title, question.name, |seconds| milliseconds(seconds * 1e3))?;
    }
    line(&mut text, columns, "load the CSV, s", "load", |seconds| format!("{seconds:.1}"))?;
    line(&mut text, columns, "bytes per point on disk", "bytes", |bytes| {
        format!("{:.2}", bytes / points as f64)
    })?;
    let title = "open and q3 in a fresh process";
    line(&mut text, columns, title, "first", |seconds| milliseconds(seconds * 1e3))?;
    Ok(text)
}

fn line(
    text: &mut String,
    columns: &[Column],
    title: &str,
    key: &str,
    show: impl Fn(f64) -> String,
) -> Result<(), Failure> {
    write!(text, "| {title} |")?;
    for column in columns {
        let shown = column.seconds.get(key).map_or("–".to_owned(), |&seconds| show(seconds));
        write!(text, " {shown} |")?;
    }
    let of = |own: bool| {
        let is_own = |column: &&Column| (column.peer.name == PEERS[0].name) == own;
        let seconds = columns.iter().filter(is_own).filter_map(|column| column.seconds.get(key));
        seconds.copied().min_by(f64::total_cmp)
    };
    match (of(true), of(false)) {
        (Some(own), Some(best)) => writeln!(text, " {} |", ratio(best / own))?,
        _ => writeln!(text, " – |")?,
    }
    Ok(())
}
