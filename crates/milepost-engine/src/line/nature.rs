//! What may be added up: along time, across regions, or not at all.

use milepost_lang::ast::MeasureKind;
use milepost_model::Kind;

use super::{Line, Node};
use crate::sentence::{BaseRule, Sentence};

/// How figures behave when they are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Adds up along time and across regions.
    Flow,
    /// Holds at a close: adds up across regions, and counts again what it adds along time.
    Stock,
    /// A part of a whole: adds up to it across regions.
    Part,
    /// A rate, a price, an index: the parts of it add up, and not the figures.
    Rate,
    /// An indicator's kind is not declared, so nothing says whether its figures add up.
    Undeclared,
    /// The same at every period.
    Constant,
}

impl Line {
    /// What may be added up.
    pub(crate) fn nature(&self) -> Nature {
        match &self.node {
            Node::Quantity(_) | Node::RowValue(_) => Nature::Constant,
            Node::Series(series) => match series.declared.kind {
                None => Nature::Undeclared,
                Some(Kind::Flow) => Nature::Flow,
                Some(Kind::Stock) => Nature::Stock,
                Some(Kind::Ratio | Kind::Index | Kind::Intensity) => Nature::Rate,
            },
            Node::Sentence(sentence) => sentence.nature(),
            Node::Negate(line) => line.nature(),
            Node::Inner(inner) => inner.nature(),
            Node::Filled(filled) => filled.line.nature(),
            // The next total holds this one again.
            Node::YearToDate(_) => Nature::Stock,
            Node::Rolling(window) => match window.line.nature() {
                Nature::Flow | Nature::Stock => Nature::Stock,
                other => other,
            },
            Node::Sum(_) => self
                .parts()
                .map(Line::nature)
                .reduce(|all, nature| match (all, nature) {
                    (Nature::Undeclared, _) | (_, Nature::Undeclared) => Nature::Undeclared,
                    _ if all == nature => all,
                    _ => Nature::Rate,
                })
                .unwrap_or(Nature::Constant),
            Node::Product(factors, _) => {
                let varying: Vec<_> = factors.iter().filter(|f| !f.line.is_constant()).collect();
                let undeclared = |line: &Line| line.nature() == Nature::Undeclared;
                match varying.as_slice() {
                    [] => Nature::Constant,
                    [only] if !only.divides => only.line.nature(),
                    several if several.iter().any(|f| undeclared(&f.line)) => Nature::Undeclared,
                    _ => Nature::Rate,
                }
            }
        }
    }
}

impl Sentence {
    /// What may be added up. Changes over successive steps add up to the change over all of them;
    /// changes from one base, or from a year before, overlap.
    pub(crate) fn nature(&self) -> Nature {
        let line = self.line.nature();
        if self.fixed.is_some() {
            return Nature::Constant;
        }
        match (self.measure, line) {
            (None | Some(MeasureKind::Revisions), _) | (Some(_), Nature::Undeclared) => line,
            (Some(MeasureKind::Change), Nature::Flow | Nature::Stock) => match self.base {
                BaseRule::StepBefore { .. } => Nature::Flow,
                // What adds up does not depend on what there is.
                BaseRule::Missing(_) if self.steps.is_some() => Nature::Flow,
                _ => Nature::Stock,
            },
            (Some(MeasureKind::Share | MeasureKind::Contribution), _) => Nature::Part,
            (Some(_), _) => Nature::Rate,
        }
    }
}
