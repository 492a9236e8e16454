//! From the command line to an exit code.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{
    Arguments, Command, OutputArguments, QueryArguments, ReplArguments, ReplProgram, TextArguments,
};
use crate::colour::{ColourChoice, Palette};
use crate::commands::{self, Report};
use crate::failure::Failure;
use crate::printer::Printer;
use crate::repl::repl;
use crate::sample_store;
use crate::shell::{Shell, report};

/// The program `milepost`: reads the command line and does what it says.
///
/// Exit codes: 0 ok, 1 query or data error, 2 usage, 3 the store cannot be opened or is damaged.
/// A broken pipe is no error. Ctrl-C ends the program by its signal, which shells report as 130;
/// only the prompt takes it for itself: there it ends a query and, pressed once more before that
/// has ended, the program, with exit code 130.
pub fn main() -> ExitCode {
    parsed::<Arguments>(|arguments| match arguments.command {
        Command::Repl(arguments) => run_repl(&arguments),
        Command::Query(arguments) => run_query(&arguments),
        Command::Define(arguments) => reported(|report| commands::define(&arguments, report)),
        Command::Import(arguments) => reported(|report| commands::import(&arguments, report)),
        Command::Check(arguments) => reported(|report| commands::check(&arguments, report)),
    })
}

/// The program `repl`: `milepost repl` under its own name, for `cargo run --example repl`.
pub fn repl_main() -> ExitCode {
    parsed::<ReplProgram>(|arguments| run_repl(&arguments.repl))
}

fn parsed<A: Parser>(run: impl FnOnce(A) -> ExitCode) -> ExitCode {
    match A::try_parse() {
        Ok(arguments) => run(arguments),
        Err(error) => {
            // Help and version come here too, with exit code 0.
            let printed = error.print().map_err(Failure::from);
            match u8::try_from(error.exit_code()).unwrap_or(2) {
                0 => finish(printed, Palette::PLAIN),
                code => ExitCode::from(code),
            }
        }
    }
}

fn run_repl(arguments: &ReplArguments) -> ExitCode {
    let errors = Palette::for_stderr(arguments.output.colour());
    finish(try_repl(arguments, errors), errors)
}

fn try_repl(arguments: &ReplArguments, errors: Palette) -> Result<(), Failure> {
    let store = match &arguments.store {
        None => sample_store().map_err(|error| Failure::Store(format!("error: {error}")))?,
        Some(path) => {
            let mut created = String::new();
            let store = commands::open_or_create_then_read(path, &mut created)?;
            say(&created);
            store
        }
    };
    let mut shell = Shell::new(store, printer(arguments.output));
    let is_interactive = io::stdin().is_terminal()
        && arguments.text.command.is_empty()
        && arguments.text.file.is_none();
    if is_interactive {
        return repl(&mut shell, arguments.store.as_deref(), errors);
    }
    run_text(&mut shell, None, &arguments.text)
}

fn run_query(arguments: &QueryArguments) -> ExitCode {
    let errors = Palette::for_stderr(arguments.output.colour());
    finish(try_query(arguments), errors)
}

fn try_query(arguments: &QueryArguments) -> Result<(), Failure> {
    let text = &arguments.text;
    if arguments.query.is_none()
        && text.command.is_empty()
        && text.file.is_none()
        && io::stdin().is_terminal()
    {
        let message = "error: no query; one may stand in quotes after the store, follow `-c` or \
                       come from `-f FILE` or standard input";
        return Err(Failure::Usage(message.to_owned()));
    }
    let store = commands::open_read_only(&arguments.store)?;
    let mut shell = Shell::new(store, printer(arguments.output));
    shell.timeout = arguments.timeout;
    run_text(&mut shell, arguments.query.as_deref(), text)
}

/// Runs the query of the command line, the texts of `-c`, the file of `-f`, or standard input.
fn run_text(shell: &mut Shell, query: Option<&str>, text: &TextArguments) -> Result<(), Failure> {
    let mut run = |input: &str| shell.run(input, None).map(drop).map_err(|refusal| refusal.failure);
    if let Some(query) = query {
        return run(query);
    }
    if !text.command.is_empty() {
        return text.command.iter().try_for_each(|query| run(query));
    }
    if let Some(path) = &text.file {
        return shell.read(path).map(drop).map_err(|refusal| refusal.failure);
    }
    let input = io::read_to_string(io::stdin())
        .map_err(|error| Failure::Refused(format!("error: standard input: {error}")))?;
    run(&input)
}

fn printer(arguments: OutputArguments) -> Printer {
    let is_terminal = io::stdout().is_terminal();
    let palette = Palette::for_stdout(arguments.colour());
    Printer::new(Box::new(BufWriter::new(io::stdout())), arguments.mode, palette, is_terminal)
}

/// Runs a command and says what it did, whether or not it came to its end.
fn reported(command: impl FnOnce(&mut Report) -> Result<(), Failure>) -> ExitCode {
    let errors = Palette::for_stderr(ColourChoice::Auto);
    let mut report = Report::default();
    let result = command(&mut report);
    let mut out = io::stdout();
    let written = out.write_all(report.done.as_bytes()).and_then(|()| out.flush());
    say(&errors.diagnostic(&report.warnings));
    finish(result.and(written.map_err(Failure::from)), errors)
}

/// Says something beside the answers; when nobody can hear it, that is no error.
fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn finish(result: Result<(), Failure>, errors: Palette) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_broken_pipe() {
                say(&report(&failure, errors));
            }
            failure.exit_code()
        }
    }
}
