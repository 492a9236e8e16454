//! The line of one indicator: its declaration and its figures.

use milepost_lang::Span;
use milepost_lang::ast::Fill;
use milepost_model::{Basis, Indicator, IndicatorId, Kind, RegionId, Unit};

use super::{Builder, Scope};
use crate::cells::{self, Request};
use crate::line::{Declared, Line, Node, Parts, Series, Timing};
use crate::transform::Filled;
use crate::{Result, diagnostics, names};

impl Builder<'_> {
    pub(super) fn indicator(&mut self, text: &str, span: Span, scope: &Scope) -> Result<Line> {
        let id = names::indicator(self.catalogue, text, span)?;
        let region = scope.region.ok_or_else(|| diagnostics::no_region(span))?;
        let series = self.series(id, region, scope, true)?;
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
        region: RegionId,
        scope: &Scope,
        with_parts: bool,
    ) -> Result<Series> {
        let catalogue = self.catalogue;
        let indicator = catalogue.indicator(id);
        let territory = names::territory(catalogue, region);
        let request = Request {
            indicator: id,
            regions: &territory.versions,
            admission: scope.admission,
            as_of: scope.as_of,
        };
        self.trace.indicator(indicator, &names::label(catalogue, region));
        let cells = cells::read(self.snapshot, request)?;
        let is_ratio = indicator.kind == Some(Kind::Ratio);
        let parts =
            if is_ratio && with_parts { self.parts(indicator, region, scope)? } else { None };
        let timing = match (indicator.kind, &parts) {
            (Some(Kind::Stock), _) | (Some(Kind::Ratio), None) => Timing::Close,
            (Some(Kind::Ratio), Some(parts)) => parts.timing(),
            (Some(Kind::Flow | Kind::Index | Kind::Intensity) | None, _) => Timing::Span,
        };
        let is_flow = indicator.kind == Some(Kind::Flow);
        let running_total = is_flow && indicator.basis == Some(Basis::Ytd);
        let declared = Declared {
            id,
            region,
            name: indicator.name.clone(),
            kind: indicator.kind,
            direction: indicator.direction,
            unit: indicator.parsed_unit(),
            timing,
            adds_up: is_flow,
            running_total,
            begins: indicator.begins,
            drawn_on: territory.drawn_on,
        };
        Ok(Series::new(declared, cells, parts))
    }

    /// Numerator and denominator in the same region, where both are in the catalogue.
    fn parts(
        &mut self,
        ratio: &Indicator,
        region: RegionId,
        scope: &Scope,
    ) -> Result<Option<Parts>> {
        let find = |name: &Option<String>| {
            name.as_deref().and_then(|name| self.catalogue.find_indicator(name).found())
        };
        let (Some(numerator), Some(denominator)) =
            (find(&ratio.numerator), find(&ratio.denominator))
        else {
            return Ok(None);
        };
        let numerator = self.series(numerator, region, scope, false)?;
        let denominator = self.series(denominator, region, scope, false)?;
        let quotient = numerator.declared.unit.as_ref().zip(denominator.declared.unit.as_ref());
        let own = ratio.parsed_unit().unwrap_or_else(Unit::pure);
        let power = quotient
            .map(|(above, below)| above.divide(below))
            .and_then(|unit| unit.conversion_power_of_ten(&own));
        // Parts whose units do not make the ratio's unit cannot stand in for a published figure.
        Ok(power.map(|power| Parts { numerator, denominator, power }))
    }
}
