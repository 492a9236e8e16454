//! The line of one indicator: its declaration and its figures.

use std::rc::Rc;

use milepost_lang::Span;
use milepost_lang::ast::Fill;
use milepost_model::{Basis, Indicator, IndicatorId, Kind, Unit};

use super::{Builder, Scope};
use crate::area::{self, Area, Membership};
use crate::figures::Figures;
use crate::line::{Declared, Line, Node, Parts, Series, Timing};
use crate::reader::{Nature, Reader};
use crate::rollup::{Rollup, Rule};
use crate::transform::Filled;
use crate::{Result, diagnostics, names};

impl Builder<'_> {
    pub(super) fn indicator(&mut self, text: &str, span: Span, scope: &Scope) -> Result<Line> {
        let id = names::indicator(self.catalogue, text, span)?;
        let area = scope.area.clone().ok_or_else(|| diagnostics::no_region(span))?;
        let indicator = self.catalogue.indicator(id);
        if area.region().is_none() && indicator.kind.is_none() {
            return Err(diagnostics::needs_kind(&indicator.name, span));
        }
        let series = self.series(id, &area, scope, true)?;
        let unit = series.declared.unit.clone();
        let line = Line::new(Node::Series(Box::new(series)), unit.clone());
        Ok(match scope.fill {
            Fill::None => line,
            fill => Line::new(Node::Filled(Box::new(Filled { line, fill })), unit),
        })
    }

    /// Reads the series of an indicator, and of its parts where it is a ratio of two others.
    pub(super) fn series(
        &mut self,
        id: IndicatorId,
        area: &Area,
        scope: &Scope,
        with_parts: bool,
    ) -> Result<Series> {
        let catalogue = self.catalogue;
        let indicator = catalogue.indicator(id);
        let territory = area.region().map(|region| names::territory(catalogue, region));
        let (versions, drawn_on) =
            territory.map(|own| (own.versions, own.drawn_on)).unwrap_or_default();
        self.trace.indicator(indicator, || area.label(catalogue));
        let is_ratio = indicator.kind == Some(Kind::Ratio);
        let parts = if is_ratio && with_parts { self.parts(indicator, area, scope)? } else { None };
        let timing = match (indicator.kind, &parts) {
            (Some(Kind::Stock), _) | (Some(Kind::Ratio), None) => Timing::Close,
            (Some(Kind::Ratio), Some(parts)) => parts.timing(),
            (Some(Kind::Flow | Kind::Index | Kind::Intensity) | None, _) => Timing::Span,
        };
        let is_flow = indicator.kind == Some(Kind::Flow);
        let running_total = is_flow && indicator.basis == Some(Basis::Ytd);
        let declared = Declared {
            id,
            area: area.clone(),
            name: indicator.name.clone(),
            kind: indicator.kind,
            direction: indicator.direction,
            unit: self.unit_of(id),
            timing,
            adds_up: is_flow,
            running_total,
            begins: indicator.begins,
            has_members: area.region().is_some_and(|region| {
                let day = area::day_within(catalogue, region, scope.names_on);
                let members = Membership::new(catalogue, None);
                catalogue.children_of(region, day).into_iter().any(|child| members.has(child))
            }),
            drawn_on,
        };
        let rollup = self.rollup(indicator, &declared, parts.as_ref(), scope);
        let figures = Figures::new(self.reader(&declared, scope), versions);
        Ok(Series::new(declared, figures, parts, rollup))
    }

    /// The unit of an indicator, read once in a statement.
    fn unit_of(&mut self, id: IndicatorId) -> Option<Unit> {
        let unit = || self.catalogue.indicator(id).parsed_unit();
        self.units.entry(id).or_insert_with(unit).clone()
    }

    fn reader(&self, of: &Declared, scope: &Scope) -> Rc<Reader> {
        let Declared { timing, adds_up, running_total, .. } = *of;
        self.reader_of(of.id, Nature { timing, adds_up, running_total }, scope)
    }

    fn reader_of(&self, id: IndicatorId, nature: Nature, scope: &Scope) -> Rc<Reader> {
        self.shared.reader(self.snapshot, id, nature, (&scope.admission, scope.as_of))
    }

    /// How figures of members make that of the area, where the kind says so.
    fn rollup(
        &self,
        indicator: &Indicator,
        declared: &Declared,
        parts: Option<&Parts>,
        scope: &Scope,
    ) -> Option<Rc<Rollup>> {
        let reader = |of: &Declared| self.reader(of, scope);
        let rule = match (indicator.kind?, parts) {
            (Kind::Stock | Kind::Flow, _) => Rule::Sum(reader(declared)),
            (Kind::Ratio, Some(parts)) => Rule::Quotient {
                numerator: reader(&parts.numerator.declared),
                denominator: reader(&parts.denominator.declared),
                power: parts.power,
            },
            (Kind::Ratio | Kind::Index | Kind::Intensity, _) => {
                let weight = self.catalogue.find_indicator(indicator.weight.as_deref()?).found()?;
                let record = self.catalogue.indicator(weight);
                let (timing, adds_up) = match record.kind? {
                    Kind::Stock => (Timing::Close, false),
                    Kind::Flow => (Timing::Span, true),
                    Kind::Ratio | Kind::Index | Kind::Intensity => return None,
                };
                let running_total = adds_up && record.basis == Some(Basis::Ytd);
                let weights =
                    self.reader_of(weight, Nature { timing, adds_up, running_total }, scope);
                Rule::Mean { values: reader(declared), weights }
            }
        };
        let area = declared.area.clone();
        Some(Rc::new(Rollup::new(
            area,
            rule,
            scope.completeness,
            scope.names_on,
            self.shared.peers(),
        )))
    }

    /// Numerator and denominator in the same region, where both are in the catalogue.
    fn parts(&mut self, ratio: &Indicator, area: &Area, scope: &Scope) -> Result<Option<Parts>> {
        let find = |name: &Option<String>| {
            name.as_deref().and_then(|name| self.catalogue.find_indicator(name).found())
        };
        let (Some(numerator), Some(denominator)) =
            (find(&ratio.numerator), find(&ratio.denominator))
        else {
            return Ok(None);
        };
        let numerator = self.series(numerator, area, scope, false)?;
        let denominator = self.series(denominator, area, scope, false)?;
        let quotient = numerator.declared.unit.as_ref().zip(denominator.declared.unit.as_ref());
        let own = ratio.parsed_unit().unwrap_or_else(Unit::pure);
        let power = quotient
            .map(|(above, below)| above.divide(below))
            .and_then(|unit| unit.conversion_power_of_ten(&own));
        // Parts whose units do not make the ratio's unit cannot stand in for a published figure.
        Ok(power.map(|power| Parts { numerator, denominator, power }))
    }
}
