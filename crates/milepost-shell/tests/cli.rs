//! The binary as its users meet it: arguments, exit codes, streams.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const HEADER: &str =
    "region_code,region,period,base,value,unit,status,coverage,missing,published\n";
const GROWTH: &str = "growth of voluntary_si.participants in VN since Resolution 28 until 2019";

fn milepost() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_milepost"));
    command.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    milepost().args(arguments).output().unwrap()
}

fn piped(arguments: &[&str], input: &str) -> Output {
    let mut command = milepost();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The output of a run that must succeed.
#[track_caller]
fn printed(output: &Output) -> String {
    assert_eq!(code(output), 0, "{}{}", stdout(output), stderr(output));
    stdout(output)
}

fn data(file: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "data", file].iter().collect();
    path.display().to_string()
}

/// A store made from the files of the sample.
fn sample(directory: &TempDir) -> String {
    let store = directory.path().join("vss.milepost").display().to_string();
    let files = ["indicators.csv", "regions.csv", "milestones.csv"].map(data);
    let defined = run(&["define", &store, &files[0], &files[1], &files[2]]);
    let defined = printed(&defined);
    assert!(defined.contains("created "), "{defined}");
    assert!(defined.contains("indicators.csv: 34 indicators\n"), "{defined}");
    assert!(defined.contains("regions.csv: 130 regions\n"), "{defined}");
    assert!(defined.contains("milestones.csv: 43 milestones\n"), "{defined}");
    let imported = printed(&run(&["import", &store, &data("observations.csv")]));
    assert!(imported.contains("65 rows: 65 new, 0 revised, 0 unchanged"), "{imported}");
    assert!(!imported.contains("created"), "{imported}");
    store
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// What the README shows between the fences that follow a text.
fn shown_after(readme: &str, text: &str) -> String {
    let rest = readme.split_once(text).unwrap_or_else(|| panic!("`{text}` is not there")).1;
    let block = rest.split_once("```text\n").unwrap().1;
    block.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_readme_shows_what_happens() {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "README.md"].iter().collect();
    let readme = fs::read_to_string(path).unwrap();

    let screen = shown_after(&readme, "## The first minute");
    let (greeting, answer) = screen.split_once("milepost> ").unwrap();
    let (query, answer) = answer.split_once('\n').unwrap();
    for line in milepost_shell::GREETINGS {
        assert!(greeting.contains(&format!("\n  {line}\n")), "{line}");
    }
    assert_eq!(printed(&run(&["repl", "-c", query])), answer);

    let filter = shown_after(&readme, "the same program is a filter");
    let query = readme.split_once("echo '").unwrap().1.split_once('\'').unwrap().0;
    assert_eq!(printed(&piped(&["repl", "--mode", "csv"], query)), filter);

    let table = readme.split_once("| question | query |").unwrap().1.split("\n\n").next().unwrap();
    let queries: Vec<&str> = table.lines().filter_map(|row| row.split('`').nth(1)).collect();
    for query in &queries {
        assert!(!printed(&run(&["repl", "-c", query])).contains("no data"), "{query}");
    }
    assert!(queries.len() > 8, "{queries:?}");
}

#[test]
fn the_examples_of_the_command_line_have_answers() {
    for command in ["repl", "query"] {
        let page = printed(&run(&[command, "--help"]));
        let examples = page.split_once("Examples:").unwrap().1;
        let queries: Vec<&str> = examples.split('\'').skip(1).step_by(2).collect();
        assert!(!queries.is_empty(), "{examples}");
        for query in queries {
            let csv = printed(&run(&["repl", "-m", "csv", "-c", query]));
            let cells: Vec<&str> = csv.lines().nth(1).unwrap().split(',').collect();
            assert_ne!(cells[4], "", "{query}");
        }
    }
}

#[test]
fn define_import_query_check() {
    let directory = tempfile::tempdir().unwrap();
    let store = sample(&directory);
    let again = printed(&run(&["import", &store, &data("observations.csv")]));
    assert!(again.contains("0 new, 0 revised, 65 unchanged"), "{again}");

    let csv = printed(&run(&["query", &store, GROWTH, "--mode", "csv"]));
    let row = "VN,Việt Nam,2019,2017,156.25,%,actual,,,2020-05-23\n";
    assert_eq!(csv, format!("{HEADER}{row}"));

    let checked = printed(&run(&["check", &store]));
    assert!(checked.contains("no damage"), "{checked}");
    for held in ["34 indicators", "130 regions", "43 milestones", "65 figures"] {
        assert!(checked.contains(held), "{checked}");
    }
}

#[test]
fn the_built_in_figures_answer_a_pipe() {
    let csv = piped(&["repl", "--mode", "csv"], GROWTH);
    assert_eq!(printed(&csv).lines().count(), 2);
    assert!(stdout(&csv).starts_with(HEADER));
    assert_eq!(stderr(&csv), "");

    let json = printed(&piped(&["repl", "--mode", "json"], GROWTH));
    assert!(json.contains("\"value\": 156.25"), "{json}");
    assert!(json.contains("\"missing\": null"), "{json}");

    let table = printed(&piped(&["repl"], GROWTH));
    for part in ["+156.25 %", "2017: 224,000", "2019: nearly 574,000", "actual"] {
        assert!(table.contains(part), "`{part}` is not in\n{table}");
    }
    assert!(!table.contains('\u{1b}'), "{table:?}");
}

#[test]
fn colour_when_forced() {
    let coloured =
        milepost().args(["repl", "-c", GROWTH]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(printed(&coloured).contains("\u{1b}[1m"));
    let plain = milepost()
        .args(["repl", "--no-color", "-c", GROWTH])
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert!(!printed(&plain).contains('\u{1b}'));
}

#[test]
fn missing_values_say_why() {
    let csv = printed(&run(&["repl", "-m", "csv", "-c", "hi.coverage in VN at 2022"]));
    let row = csv.lines().nth(1).unwrap();
    let cells: Vec<&str> = row.split(',').collect();
    assert_eq!(cells.len(), 10, "{row}");
    assert_eq!((cells[4], cells[8]), ("", "no data"), "{row}");
}

#[test]
fn errors_go_to_standard_error() {
    let refused = run(&["repl", "-m", "csv", "-c", "growth of si.participants in VN sinse 1995"]);
    assert_eq!(code(&refused), 1);
    assert_eq!(stdout(&refused), "");
    let message = stderr(&refused);
    assert!(message.contains("^^^^^"), "{message}");
    assert!(message.contains("growth of si.participants in VN since 1995"), "{message}");

    let answered = run(&["repl", "-m", "csv", "-c", &format!("{GROWTH}; nothing.like.it in VN")]);
    assert_eq!(code(&answered), 1);
    assert!(stdout(&answered).contains("156.25"), "the first statement has its answer");
}

#[test]
fn usage_errors_have_their_own_code() {
    for arguments in [
        &["query"][..],
        &["frobnicate"],
        &["repl", "--mode", "xml"],
        &["import", "s", &data("observations.csv"), "--published", "yesterday"],
    ] {
        let refused = run(arguments);
        assert_eq!(code(&refused), 2, "{arguments:?}: {}", stderr(&refused));
        assert_eq!(stdout(&refused), "");
    }
    assert!(printed(&run(&["--help"])).contains("Exit codes"));
    assert!(printed(&run(&["import", "--help"])).contains("--published"));
}

#[test]
fn an_absent_store_is_not_made_by_a_query() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("none").display().to_string();
    for arguments in [&["query", store.as_str(), GROWTH][..], &["check", &store]] {
        let refused = run(arguments);
        assert_eq!(code(&refused), 3);
        assert!(stderr(&refused).contains("milepost define"), "{}", stderr(&refused));
    }
    assert!(!Path::new(&store).exists());

    let refused = run(&["import", &store, "no-such-file.csv"]);
    assert_eq!(code(&refused), 1);
    assert!(!Path::new(&store).exists(), "a misspelt file name leaves no store behind");
}

#[test]
fn the_repl_makes_a_store_and_reads_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let script = directory.path().join("questions.since");
    fs::write(&script, "# what there is\nlist indicators;\nlist regions\n").unwrap();
    let answered = run(&["repl", &store, "-f", &script.display().to_string()]);
    printed(&answered);
    assert!(stderr(&answered).contains("created "), "{}", stderr(&answered));

    fs::write(&script, "list indicators;\nsi.participants\n  in VN at 2023\n").unwrap();
    let refused = run(&["repl", &store, "-f", &script.display().to_string()]);
    assert_eq!(code(&refused), 1);
    assert!(stderr(&refused).contains("questions.since, line 2:"), "{}", stderr(&refused));
}

#[test]
fn damage_is_found_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = sample(&directory);
    let largest = files_below(Path::new(&store))
        .into_iter()
        .max_by_key(|path| fs::metadata(path).unwrap().len())
        .unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&largest, bytes).unwrap();
    let damaged = run(&["check", &store]);
    assert_eq!(code(&damaged), 3, "{}{}", stdout(&damaged), stderr(&damaged));
    assert!(stderr(&damaged).contains("byte"), "{}", stderr(&damaged));
}

#[test]
fn imports_warn_of_what_is_not_declared() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let file = directory.path().join("figures.csv");
    fs::write(&file, "indicator,region,period,value\nnew.thing,XX,2020,1\nnew.thing,XX,2021,2\n")
        .unwrap();
    let file = file.display().to_string();
    let options = ["--published", "2022-01-31", "--source", "a source"];
    let strict = run(&[&["import", &store, &file, "--strict"], &options[..]].concat());
    assert_eq!(code(&strict), 1, "{}", stderr(&strict));

    let imported = run(&[&["import", &store, &file], &options[..]].concat());
    assert!(printed(&imported).contains("2 rows: 2 new"), "{}", stdout(&imported));
    let warnings = stderr(&imported);
    assert!(warnings.contains("1 indicator undeclared (new.thing)"), "{warnings}");
    assert!(warnings.contains("1 region undeclared (XX)"), "{warnings}");

    let csv = printed(&run(&["query", &store, "new.thing in XX at 2021", "-m", "csv"]));
    assert!(csv.ends_with(",2022-01-31\n"), "{csv}");
}

#[test]
fn what_was_done_before_a_failure_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let [good, bad] = [("good.csv", "1"), ("bad.csv", "1,5")].map(|(name, value)| {
        let file = directory.path().join(name);
        let row = format!("indicator,region,period,value\nx,XX,2020,\"{value}\"\n");
        fs::write(&file, row).unwrap();
        file.display().to_string()
    });
    let refused = run(&["import", &store, &good, &bad]);
    assert_eq!(code(&refused), 1);
    assert!(stdout(&refused).contains("good.csv: 1 row: 1 new"), "{}", stdout(&refused));
    assert!(stderr(&refused).contains("line 2, column value"), "{}", stderr(&refused));
}

#[test]
fn definitions_that_lead_nowhere_are_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let regions = directory.path().join("regions.csv");
    fs::write(&regions, "code,parent\nXX-1,XX\n").unwrap();
    let defined = run(&["define", &store, &regions.display().to_string()]);
    assert!(printed(&defined).contains("1 region\n"));
    assert!(stderr(&defined).contains("warning: the parent of"), "{}", stderr(&defined));
}

#[test]
fn a_store_has_one_writer() {
    let directory = tempfile::tempdir().unwrap();
    let store = sample(&directory);
    let writer = milepost::Store::open(&store).unwrap();
    let refused = run(&["import", &store, &data("observations.csv")]);
    assert_eq!(code(&refused), 3, "{}", stderr(&refused));
    let beside = run(&["query", &store, GROWTH, "-m", "csv"]);
    assert!(printed(&beside).contains("156.25"), "a reader needs no lock");
    writer.close().unwrap();
}

#[test]
fn text_from_data_cannot_act_on_a_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let regions = directory.path().join("regions.csv");
    fs::write(&regions, "code,name,level\nXX,evil \u{202e}\u{2066}name,0\n").unwrap();
    printed(&run(&["define", &store, &regions.display().to_string()]));
    for mode in ["table", "plain", "csv", "tsv", "json", "jsonl", "markdown"] {
        let listed = printed(&run(&["query", &store, "list regions", "-m", mode]));
        assert!(!listed.contains(['\u{202e}', '\u{2066}']), "{mode}: {listed:?}");
        assert!(listed.contains("evil"), "{mode}: {listed:?}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = milepost()
        .args(["repl", "-m", "csv", "-c", &"list regions; list milestones; ".repeat(200)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    // The pipe is closed here, long before everything is written.
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 0);
    assert_eq!(stderr(&output), "");
}

/// Whether what is started from here ignores interrupts, as in the background of a script.
#[cfg(target_os = "linux")]
fn ignores_interrupts() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() & 0b10 != 0
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_a_query() {
    use std::os::unix::process::ExitStatusExt as _;

    if ignores_interrupts() {
        return;
    }
    let mut child = milepost()
        .args(["repl", "-m", "csv", "-c", &"list regions; list milestones; ".repeat(200)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It has begun to answer and waits for a reader from here on.
    let mut first = [0; 16];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    drop(out);
    // Shells report a program that ends by signal 2 as 130.
    let status = child.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (None, Some(2)));
}

#[test]
fn a_query_that_takes_longer_than_its_timeout_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = sample(&directory);
    let hours = "rolling 36500 day mean of hi.participants in VN by day since 1900 until 2100";
    let refused = run(&["query", &store, hours, "--timeout", "0.2"]);
    assert_eq!((code(&refused), stdout(&refused).as_str()), (1, ""), "{}", stderr(&refused));
    assert!(stderr(&refused).starts_with("error[MP0603]: the deadline"), "{}", stderr(&refused));
    let answered = run(&["query", &store, GROWTH, "--timeout", "600", "-m", "csv"]);
    assert!(printed(&answered).contains("156.25"));
    let misused = run(&["query", &store, GROWTH, "--timeout", "0"]);
    assert_eq!(code(&misused), 2);
    assert!(stderr(&misused).contains("a number of seconds above zero"), "{}", stderr(&misused));
}

#[test]
fn a_file_that_does_not_fit_leaves_no_store_behind() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let file = directory.path().join("figures.csv").display().to_string();
    let folder = directory.path().display().to_string();
    fs::write(&file, "indicator;region;period;value\nx;XX;2020;1\n").unwrap();
    for (file, says) in [
        (&file, "commas would separate columns"),
        (&data("regions.csv"), "column indicator"),
        (&folder, "directory"),
    ] {
        let refused = run(&["import", &store, file]);
        assert_eq!((code(&refused), stdout(&refused).as_str()), (1, ""), "{}", stderr(&refused));
        assert!(stderr(&refused).contains(says), "{}", stderr(&refused));
        assert!(!Path::new(&store).exists(), "{file}");
    }
    let refused = run(&["import", &store, &data("observations.csv"), "--strict"]);
    assert_eq!(code(&refused), 1);
    assert!(stderr(&refused).contains("milepost define"), "{}", stderr(&refused));
    assert!(!Path::new(&store).exists());

    let refused = run(&["query", &file, GROWTH]);
    assert_eq!(code(&refused), 3);
    assert!(stderr(&refused).contains("is a file"), "{}", stderr(&refused));
}

#[test]
fn definitions_that_do_not_fit_leave_no_store_behind() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let file = directory.path().join("regions.csv").display().to_string();
    fs::write(&file, "code,parent\nA,B\nB,A\n").unwrap();
    let refused = run(&["define", &store, &file]);
    assert_eq!((code(&refused), stdout(&refused).as_str()), (1, ""), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("within itself"), "{}", stderr(&refused));
    assert!(!Path::new(&store).exists());
}

#[test]
fn columns_that_are_not_read_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let file = "indicator,region,period,value,publised\nx,XX,2020,1,2021-01-31\n";
    let imported = piped(&["import", &store, "-"], file);
    assert!(printed(&imported).contains("standard input: 1 row: 1 new"), "{}", stdout(&imported));
    let warnings = stderr(&imported);
    assert!(warnings.contains("1 column not read (publised)"), "{warnings}");
}

#[test]
fn cells_that_do_not_fit_are_quoted_whole() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("own").display().to_string();
    let file = directory.path().join("figures.csv").display().to_string();
    fs::write(&file, "indicator,region,period,value\r\nx,XX,31/12/2020,1\r\n").unwrap();
    let refused = run(&["import", &store, &file]);
    assert!(stderr(&refused).contains("\"31/12/2020\": "), "{}", stderr(&refused));
}

#[test]
fn windows_writes_scripts_too() {
    let script = "\u{feff}hi.coverage in VN at 2023\r\nsi.coverage in VN at 2023\r\n";
    let csv = printed(&piped(&["repl", "-m", "csv"], script));
    assert_eq!(csv.lines().count(), 3, "{csv}");
}

#[test]
fn a_misspelt_line_of_a_script_is_named() {
    let script = "hi.coverage in VN at 2023\nsi.coverage in VN sinse 2023\nhi.coverage in VN\n";
    let refused = piped(&["repl", "-m", "csv"], script);
    assert_eq!(code(&refused), 1);
    assert!(stdout(&refused).contains("93.35"), "the line before has its answer");
    assert!(stderr(&refused).starts_with("line 2:\n"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("`since`"), "{}", stderr(&refused));
}

#[test]
fn long_queries_make_short_errors() {
    let query = format!("{}si.participants in VN at 2023", "si.participants + ".repeat(6_000));
    for query in [query, "x".repeat(100_000), "(".repeat(100_000)] {
        let refused = piped(&["repl"], &query);
        assert_eq!(code(&refused), 1);
        assert!(stderr(&refused).len() < 2_000, "{} bytes", stderr(&refused).len());
    }
}

#[test]
fn answers_go_to_files() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name).display().to_string();
    let (one, all) = (file("one answer.csv"), file("all.txt"));
    let script = format!(
        ".once \"{one}\"\n{GROWTH}\nhi.coverage in VN at 2023\n\
         .output {all}\nlist units\nsi.coverage in VN at 2023\n.output\n\
         list milestones like \"no such thing\"\n"
    );
    let shown = printed(&piped(&["repl"], &script));
    assert!(shown.contains("93.35 %") && shown.ends_with("none\n"), "{shown}");
    assert!(!shown.contains("156.25") && !shown.contains("39.25"), "{shown}");
    let once = fs::read_to_string(&one).unwrap();
    assert!(once.starts_with(HEADER) && once.lines().count() == 2, "{once}");
    let rest = fs::read_to_string(&all).unwrap();
    assert!(rest.contains("persons") && rest.contains("39.25 %"), "{rest}");

    let refused = piped(&["repl"], &format!(".once {}\n", directory.path().display()));
    assert_eq!(code(&refused), 1);
}

#[test]
fn words_of_other_shells_are_understood() {
    for (word, meant) in [("quit", ".quit"), ("help", ".help"), ("\\q", ".quit")] {
        let refused = piped(&["repl"], word);
        assert_eq!(code(&refused), 1);
        assert!(stderr(&refused).ends_with(&format!("try: {meant}\n")), "{}", stderr(&refused));
    }
}

#[test]
fn commands_of_the_shell_work_in_pipes() {
    let script = ".mode csv\nhi.coverage in VN at 2023\n.mode jsonl\nhi.coverage in VN at 2023\n\
                  .quit\nthis is never read";
    let printed = printed(&piped(&["repl"], script));
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 3, "{printed}");
    assert!(lines[1].contains("93.35") && lines[2].starts_with('{'), "{printed}");

    let refused = piped(&["repl"], ".hlep\n");
    assert_eq!(code(&refused), 1);
    assert!(stderr(&refused).contains("`.help`"), "{}", stderr(&refused));
    assert!(stdout(&piped(&["repl"], ".help growth\n")).contains("percent"));
}
