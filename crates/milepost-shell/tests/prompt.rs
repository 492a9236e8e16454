//! The prompt as its users meet it: on a terminal, with Ctrl-C.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use tempfile::TempDir;

/// Hours of arithmetic: windows of a hundred years at every day.
const LONG: &str = "rolling 36500 day mean of hi.participants in VN by day since 1900 until 2100";
/// No test waits longer for what is to come at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// A prompt on a terminal of its own.
struct Prompt {
    child: Child,
    terminal: File,
    /// What it showed, as it comes.
    shown: Receiver<Vec<u8>>,
    seen: String,
    /// Whether nobody looks at the terminal any more.
    is_left: Arc<AtomicBool>,
    home: TempDir,
}

impl Prompt {
    fn start() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let terminal = openpt(flags).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let program = File::from(ioctl_tiocgptpeer(&terminal, flags).unwrap());
        let home = tempfile::tempdir().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_milepost"))
            .arg("repl")
            .env("TERM", "xterm")
            .env("HOME", home.path())
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_DATA_HOME")
            .stdin(program.try_clone().unwrap())
            .stdout(program.try_clone().unwrap())
            .stderr(program)
            .spawn()
            .unwrap();
        let (sender, shown) = channel();
        let terminal = File::from(terminal);
        let mut reader = terminal.try_clone().unwrap();
        let is_left = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&is_left);
        thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(length) = reader.read(&mut part) {
                let ends = length == 0 || is_over.load(Ordering::Relaxed);
                if ends || sender.send(part[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, terminal, shown, seen: String::new(), is_left, home }
    }

    fn types(&mut self, text: &str) {
        self.terminal.write_all(text.as_bytes()).unwrap();
    }

    /// Ctrl-C as a terminal sends it to what runs on it.
    fn interrupts(&self) {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// The end of what was shown last.
    fn last(&self) -> String {
        let skipped = self.seen.chars().count().saturating_sub(400);
        self.seen.chars().skip(skipped).collect()
    }

    /// Waits until a text is shown, after all that was waited for before.
    #[track_caller]
    fn shows(&mut self, text: &str) {
        let began = Instant::now();
        loop {
            if let Some(at) = self.seen.find(text) {
                self.seen.drain(..at + text.len());
                return;
            }
            let left = PATIENCE.saturating_sub(began.elapsed());
            match self.shown.recv_timeout(left) {
                Ok(part) => self.seen.push_str(&String::from_utf8_lossy(&part)),
                Err(error) => panic!("{text:?} is not shown, {error}: {}", self.last()),
            }
        }
    }

    /// Waits until the program ends.
    #[track_caller]
    fn ends_with(&mut self, code: i32) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.code(), Some(code), "{status}: {}", self.last());
                return;
            }
            assert!(began.elapsed() < PATIENCE, "it goes on: {}", self.last());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_interrupt_ends_a_query_and_not_the_session() {
    let mut prompt = Prompt::start();
    prompt.shows("milepost>");
    prompt.types("let h = hi.coverage in VN\r");
    prompt.shows("h = hi.coverage");
    // Once the first of the two is answered, the second is what goes on.
    prompt.types(&format!("h at 2023; {LONG}\r"));
    prompt.shows("93.35 %");
    prompt.interrupts();
    prompt.shows("MP0604");
    prompt.shows("milepost>");
    // At the prompt there is nothing to cancel.
    prompt.interrupts();
    prompt.types("h at 1995\r");
    prompt.shows("9.6 %");
    prompt.types(".quit\r");
    prompt.ends_with(0);
}

#[test]
fn a_timeout_ends_a_query_and_not_the_session() {
    let mut prompt = Prompt::start();
    prompt.shows("milepost>");
    prompt.types(&format!(".timeout 0.2\r{LONG}\r"));
    prompt.shows("MP0603");
    prompt.types(".timeout\rhi.coverage in VN at 2023\r");
    prompt.shows("93.35 %");
    prompt.types(".quit\r");
    prompt.ends_with(0);
}

/// Nobody reads the answer, so that it cannot come to its end.
#[test]
fn a_second_interrupt_ends_the_program() {
    let mut prompt = Prompt::start();
    prompt.shows("milepost>");
    let script = prompt.home.path().join("long");
    let lists = "list regions\n".repeat(2_000);
    fs::write(&script, format!("hi.coverage in VN at 2023\n.mode csv\n{lists}")).unwrap();
    prompt.types(&format!(".read {}\r", script.display()));
    prompt.shows("93.35 %");
    prompt.is_left.store(true, Ordering::Relaxed);
    let began = Instant::now();
    while prompt.child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < PATIENCE, "it goes on");
        // More often than twice, should two arrive as one.
        thread::sleep(Duration::from_millis(200));
        prompt.interrupts();
    }
    prompt.ends_with(130);
}
