//! Lines made from others before they are cut in time: running totals of the year, moving windows,
//! filled holes.

mod fill;
mod rolling;
mod year_to_date;

use milepost_lang::ast::{Query, RollingAggregate, TransformKind};

use crate::line::{Line, Nature, Node};
use crate::{Result, diagnostics, steps};

pub(crate) use fill::Filled;
pub(crate) use rolling::Rolling;
pub(crate) use year_to_date::{YearToDate, since_january, split, step};

/// Applies the transforms of a sentence, the innermost first.
///
/// # Errors
///
/// Running totals and totals of what does not add up along time; a window of too many periods.
pub(crate) fn apply(mut line: Line, query: &Query) -> Result<Line> {
    for transform in query.transforms.iter().rev() {
        let unit = line.unit.clone();
        let nature = line.nature();
        let adds_up = nature == Nature::Flow;
        let node = match transform.kind {
            TransformKind::Ytd
            | TransformKind::Rolling { aggregate: RollingAggregate::Total, .. }
                if !adds_up =>
            {
                let subject = query.expression.to_string();
                return Err(diagnostics::no_running_total(&subject, nature, transform.span));
            }
            TransformKind::Ytd => Node::YearToDate(Box::new(YearToDate { line })),
            TransformKind::Rolling { count, .. } if count > steps::COUNT_MAX => {
                return Err(diagnostics::long_window(transform.span));
            }
            TransformKind::Rolling { count, frequency, aggregate } => {
                Node::Rolling(Box::new(Rolling { line, count, frequency, aggregate }))
            }
        };
        line = Line::new(node, unit);
    }
    Ok(line)
}
