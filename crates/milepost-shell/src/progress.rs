//! A progress bar for imports that take long enough to need one.

use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use milepost_io::ImportProgress;

/// How long an import runs before a bar is drawn.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// A bar on standard error, drawn after half a second and only on a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    is_shown: bool,
}

impl Progress {
    /// A bar for one file; it shows nothing yet.
    pub(crate) fn new(file: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_prefix(crate::escape::escape(file).into_owned());
        Self { bar, started: Instant::now(), is_shown: false }
    }

    /// Shows how far the reading has come.
    pub(crate) fn update(&mut self, progress: ImportProgress) {
        let elapsed = self.started.elapsed();
        if elapsed < PATIENCE {
            return;
        }
        if !self.is_shown {
            self.is_shown = true;
            self.bar.set_style(style(progress.bytes_total.is_some()));
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            // Drawn by itself from here on, for a commit reports nothing.
            self.bar.enable_steady_tick(TICK);
        }
        if let Some(total) = progress.bytes_total {
            self.bar.set_length(total);
            if progress.bytes >= total {
                self.bar.set_message(format!("{}, committing", rate(progress.rows, elapsed)));
                self.bar.set_position(total);
                return;
            }
        }
        self.bar.set_message(rate(progress.rows, elapsed));
        self.bar.set_position(progress.bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(has_total: bool) -> ProgressStyle {
    let template = if has_total {
        "{prefix}  {bar:30}  {percent:>3} %  {msg}  {eta} left"
    } else {
        "{prefix}  {spinner}  {msg}"
    };
    ProgressStyle::with_template(template)
        .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("━╸─"))
}

/// `1,234,567 rows, 600,000 rows/s`
fn rate(rows: u64, elapsed: Duration) -> String {
    let per_second = u128::from(rows) * 1000 / elapsed.as_millis().max(1);
    let per_second = HumanCount(u64::try_from(per_second).unwrap_or(u64::MAX));
    format!("{} rows, {per_second} rows/s", HumanCount(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_rows_a_second() {
        assert_eq!(rate(1_500_000, Duration::from_millis(2500)), "1,500,000 rows, 600,000 rows/s");
        assert_eq!(rate(1, Duration::ZERO), "1 rows, 1,000 rows/s");
    }
}
