//! The prompt.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use rustyline::error::ReadlineError;

use crate::GREETINGS;
use crate::colour::Palette;
use crate::editor::{LineEditor, line_editor};
use crate::escape::escape;
use crate::failure::Failure;
use crate::history;
use crate::interrupt::Interrupt;
use crate::shell::{Flow, Refusal, Shell, report};

/// Asks and answers until Ctrl-D or `.quit`.
pub(crate) fn repl(
    shell: &mut Shell,
    store: Option<&Path>,
    errors: Palette,
) -> Result<(), Failure> {
    greet(shell, store)?;
    let mut editor = line_editor(shell.snapshot(), shell.printer.palette())
        .map_err(|error| Failure::Refused(format!("error: {error}")))?;
    // The greetings are the oldest entries: they are offered, and never written to the file.
    for query in GREETINGS.iter().rev().filter(|_| store.is_none()) {
        let _ = editor.add_history_entry(*query);
    }
    let history = history::path().filter(|path| load(&mut editor, path).is_ok());
    let interrupt = Interrupt::install();
    let mut was_interrupted = false;
    loop {
        match editor.readline(&shell.prompt()) {
            Ok(text) => {
                was_interrupted = false;
                let text = text.trim_end();
                if text.is_empty() {
                    continue;
                }
                let _ = editor.add_history_entry(text);
                if let Some(path) = &history {
                    // Kept before the answer: Ctrl-C pressed twice ends the program with it. A
                    // history that cannot be written must not end a session.
                    let _ = editor.append_history(path);
                }
                let busy = interrupt.begin();
                shell.token = busy.token.clone();
                let flow = answer(shell, &mut editor, text, errors)?;
                drop(busy);
                if flow == Flow::Quit {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => {
                if was_interrupted {
                    shell.printer.text("Ctrl-D or .quit leaves\n")?;
                }
                was_interrupted = true;
            }
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(Failure::Refused(format!("error: {error}"))),
        }
    }
    Ok(())
}

/// Answers one input. What fails is said, with the corrected text on arrow-up.
fn answer(
    shell: &mut Shell,
    editor: &mut LineEditor,
    text: &str,
    errors: Palette,
) -> Result<Flow, Failure> {
    let result = shell.refresh().map_err(Refusal::from).and_then(|()| shell.run(text, None));
    if let Some(assistant) = editor.helper_mut() {
        assistant.snapshot = shell.snapshot();
        assistant.names = shell.session.names().into_iter().map(str::to_owned).collect();
    }
    match result {
        Ok(flow) => Ok(flow),
        Err(Refusal { failure: failure @ Failure::Output(_), .. }) => Err(failure),
        Err(refusal) => {
            // The terminal shows ^C where the cursor was.
            let mut message = String::from(if shell.token.is_cancelled() { "\n" } else { "" });
            message.push_str(&report(&refusal.failure, errors));
            if let Some(corrected) = refusal.corrected {
                let _ = editor.add_history_entry(corrected);
                message.push_str(&errors.dim("  (arrow-up brings the corrected line)"));
                message.push('\n');
            }
            let _ = io::stderr().write_all(message.as_bytes());
            Ok(Flow::Continue)
        }
    }
}

fn greet(shell: &mut Shell, store: Option<&Path>) -> Result<(), Failure> {
    let palette = shell.printer.palette();
    let snapshot = shell.snapshot();
    let catalogue = snapshot.catalogue();
    let name = store.map_or_else(
        || "figures of Viet Nam Social Security".to_owned(),
        |path| escape(&path.display().to_string()).into_owned(),
    );
    let mut text = format!(
        "{} {}: {name} ({} indicators, {} regions, {} milestones)\n",
        palette.bold("milepost"),
        env!("CARGO_PKG_VERSION"),
        catalogue.indicators().len(),
        catalogue.regions().len(),
        catalogue.milestones().len(),
    );
    if store.is_none() {
        text.push_str("Five queries worth trying; arrow-up brings them to the prompt:\n");
        for query in GREETINGS {
            let _ = writeln!(text, "  {query}");
        }
    } else if catalogue.is_empty() {
        text.push_str("The store is empty; `milepost define` and `milepost import` fill it.\n");
    }
    let end = ".help explains, Tab completes, Ctrl-D leaves.";
    let _ = writeln!(text, "{}\n", palette.dim(end));
    shell.printer.painted(&text)?;
    Ok(())
}

/// Reads the history of earlier sessions, from a file that is made when it is absent.
fn load(editor: &mut LineEditor, path: &Path) -> rustyline::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    OpenOptions::new().append(true).create(true).open(path)?;
    editor.load_history(path)
}
