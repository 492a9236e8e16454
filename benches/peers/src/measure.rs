//! What a process of its own measures, for one engine: loading, asking, opening.
//! It prints `name <tab> seconds` for the process that started it; of a question
//! the median, and behind it the quickest run.

use std::time::{Duration, Instant};
use std::{fs, io};

use milepost_benches::workload::{Size, Workload};
use milepost_benches::{Failure, files};

use crate::engines::peer;
use crate::questions::Question;
use crate::rows::write_rows;
use crate::workplace::{folder, remove, rows, store};

/// A question that takes long is asked until this much time is over.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a question is asked at least.
const RUNS_MIN: usize = 3;

/// Loads the workload's CSV file into a new store, and prints the time. The file is read once before,
/// so that the first engine does not wait for the disk alone.
pub(crate) fn load(engine: &str, size: Size) -> Result<(), Failure> {
    let (peer, workload) = (peer(engine)?, Workload::new(size));
    let files = files(&workload, &folder(size)?)?;
    let (store, draft) = (store(&peer, size)?, folder(size)?.join(format!("draft-{engine}")));
    remove(&draft)?;
    io::copy(&mut fs::File::open(files.join("observations.csv"))?, &mut io::sink())?;
    let begun = Instant::now();
    (peer.load)(&workload, &files, &draft)?;
    println!("load\t{}", begun.elapsed().as_secs_f64());
    remove(&store)?;
    Ok(fs::rename(draft, store)?)
}

/// Asks every question, writes the rows of its answer to a file, and prints the
/// median time of the runs after that.
pub(crate) fn ask(engine: &str, size: Size, threads: usize, runs: usize) -> Result<(), Failure> {
    let peer = peer(engine)?;
    let mut open = (peer.open)(&store(&peer, size)?, threads)?;
    for question in Question::all() {
        let name = question.name;
        let answer = match open.ask(&question) {
            Ok(answer) => answer,
            Err(failure) => {
                eprintln!("  {engine} cannot answer {name}: {failure}");
                continue;
            }
        };
        write_rows(&rows(&peer, size, name)?, answer()?)?;
        let (begun, mut times) = (Instant::now(), Vec::new());
        while times.len() < runs && (times.len() < RUNS_MIN || begun.elapsed() < PATIENCE) {
            let asked = Instant::now();
            let answer = open.ask(&question)?;
            times.push(asked.elapsed());
            drop(answer);
        }
        times.sort_unstable();
        let (median, quickest) = (times[times.len() / 2], times[0]);
        println!("{name}\t{}\t{}", median.as_secs_f64(), quickest.as_secs_f64());
    }
    Ok(())
}

/// Opens the store, answers the signature question, and prints the time since
/// the process began.
pub(crate) fn first(engine: &str, size: Size, begun: Instant) -> Result<(), Failure> {
    let peer = peer(engine)?;
    let mut open = (peer.open)(&store(&peer, size)?, 2)?;
    let questions = Question::all();
    let signature = questions.iter().find(|question| question.name == "q3");
    let answer = open.ask(signature.ok_or("there is no such question")?)?;
    println!("first\t{}", begun.elapsed().as_secs_f64());
    drop(answer);
    Ok(())
}
