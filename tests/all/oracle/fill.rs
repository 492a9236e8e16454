//! Holes filled from the figures beside them, because the sentence asks for it.

use milepost::{Kind, Period, Status, Strength};
use milepost_lang::ast::Fill;

use super::context::Context;
use super::rational::Rational;
use super::series::{Figure, Missing, Why};

impl Context<'_> {
    /// The figure of an indicator, or the one that fills its hole.
    pub(crate) fn filled(&self, name: &str, at: Period) -> Result<Figure, Why> {
        let plain = Context { fill: None, ..self.clone() };
        let why = match plain.indicator(name, at) {
            Ok(figure) => return Ok(figure),
            Err(why) => why,
        };
        // Of a ratio it is the parts that lack something.
        let ratio = self.world.indicator(name).kind == Some(Kind::Ratio);
        let stays = |why: &Missing| match why {
            Missing::Incomplete(..) => !ratio,
            why => *why == Missing::Undefined,
        };
        if why.iter().any(stays) {
            return Err(why);
        }
        let periods = plain.periods_of(name);
        let days = |p: Period| p.last_day().day_number() - p.first_day().day_number();
        let length = |period: Period| period.frequency().ok_or_else(|| days(period));
        let alike = |other: &&Period| !self.accrues(name) || length(**other) == length(at);
        let figure = |period: &Period| (*period, plain.indicator(name, *period));
        let before = periods.iter().filter(alike).filter(|p| p.last_day() < at.last_day());
        let after = periods.iter().filter(alike).filter(|p| p.last_day() > at.last_day());
        let before = before.max_by_key(|p| p.last_day()).map(figure);
        let after = after.min_by_key(|p| p.last_day()).map(figure);
        let filled = match (self.fill, before, after) {
            (Some(Fill::Previous), Some((_, Ok(before))), _) => Some(before),
            (Some(Fill::Linear), Some((from, Ok(before))), Some((to, Ok(after)))) => {
                let days = |to: Period| to.last_day().day_number() - from.last_day().day_number();
                let part = Rational::new(i128::from(days(at)), i128::from(days(to)));
                let value = before.value + (after.value - before.value) * part;
                Some(before.combined(after, value))
            }
            _ => None,
        };
        let estimate = |figure: Figure| Figure {
            strength: figure.strength.max(Strength::Estimate),
            status: figure.status | Status::IMPUTED,
            ..figure
        };
        filled.map(estimate).ok_or(why)
    }
}
