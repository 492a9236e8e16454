//! Verbs: the words before `of`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, value};
use nom::sequence::{preceded, terminated};

use super::input::{Expectation, Parsed, Tokens, keyword, mismatch, refuse, spanned, take};
use super::name::{count, frequency};
use crate::ast::{
    Measure, MeasureKind, Reducer, ReducerKind, RollingAggregate, Transform, TransformKind,
};
use crate::diagnostic::{Diagnostic, code};
use crate::token::{Token, TokenKind};
use crate::words::{self, MEASURES, REDUCERS};

/// The first word of a verb phrase such as `growth of`.
fn head<'t>(phrase: &'static str) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Token<'t>> {
    let word = phrase.split(' ').next().unwrap_or(phrase);
    take(Expectation::Verb(phrase), move |token| token.is_word(word))
}

/// A verb of one word with its `of`.
fn verb<'t, T: Copy>(input: Tokens<'t>, table: &'static [(&'static str, T)]) -> Parsed<'t, T> {
    for (phrase, kind) in table {
        if let Ok((rest, _)) = terminated(head(phrase), keyword("of")).parse(input) {
            return Ok((rest, *kind));
        }
    }
    mismatch()
}

/// `top 5 of`, `max of`
pub(super) fn reducer(input: Tokens<'_>) -> Parsed<'_, Reducer> {
    let ranked = |phrase, kind: fn(u32) -> ReducerKind| {
        map(terminated(preceded(head(phrase), count), keyword("of")), kind)
    };
    let kind = alt((
        |input| verb(input, &REDUCERS),
        ranked("top 5 of", ReducerKind::Top),
        ranked("bottom 5 of", ReducerKind::Bottom),
    ));
    map(spanned(kind), |(kind, span)| Reducer { kind, span }).parse(input)
}

/// `growth of`, `yoy growth of`
pub(super) fn measure(input: Tokens<'_>) -> Parsed<'_, Measure> {
    let yoy = |input| {
        let (rest, yoy) = head("yoy growth of")(input)?;
        let (rest, kind) = verb(rest, &MEASURES)?;
        if matches!(kind, MeasureKind::Change | MeasureKind::Growth | MeasureKind::Multiple) {
            return Ok((rest, (kind, true)));
        }
        let verb = words::word_of(&MEASURES, &kind);
        refuse(
            Diagnostic::error(
                code::YOY_PLACE,
                yoy.span,
                format!("`yoy` does not go with `{verb}`"),
            )
            .with_label("`yoy` compares with the same period one year earlier")
            .with_help("`yoy change of`, `yoy growth of` and `yoy multiple of` do"),
        )
    };
    let plain = map(|input| verb(input, &MEASURES), |kind| (kind, false));
    map(spanned(alt((yoy, plain))), |((kind, yoy), span)| Measure { kind, yoy, span }).parse(input)
}

/// `ytd of`, `rolling 12 month total of`
pub(super) fn transform(input: Tokens<'_>) -> Parsed<'_, Transform> {
    let ytd = value(TransformKind::Ytd, terminated(head("ytd of"), keyword("of")));
    let aggregate = alt((
        value(RollingAggregate::Total, keyword("total")),
        value(RollingAggregate::Mean, keyword("mean")),
    ));
    let rolling = map(
        (head("rolling 12 month total of"), count, frequency, aggregate, keyword("of")),
        |(_, count, frequency, aggregate, _)| TransformKind::Rolling {
            count,
            frequency,
            aggregate,
        },
    );
    map(spanned(alt((ytd, rolling))), |(kind, span)| Transform { kind, span }).parse(input)
}

/// `show` before a noun phrase.
pub(super) fn show(input: Tokens<'_>) -> Parsed<'_, ()> {
    let (rest, _) = keyword("show")(input)?;
    let begins = rest.first().is_some_and(|token| match token.kind {
        TokenKind::Word => !words::is_reserved(token.text),
        kind => matches!(
            kind,
            TokenKind::Text
                | TokenKind::Number
                | TokenKind::Parameter
                | TokenKind::Open
                | TokenKind::Cursor
        ),
    });
    if begins { Ok((rest, ())) } else { mismatch() }
}

/// What is wrong with a verb that stands where a figure is expected, if one stands there.
/// `measure` is the measure that the sentence has already, where that is known.
pub(super) fn misplaced(input: Tokens<'_>, measure: Option<&Measure>) -> Option<Diagnostic> {
    let first = *input.first().filter(|token| token.kind == TokenKind::Word)?;
    let word_before_of = |n| input.ahead(n).is_some_and(|of: &Token<'_>| of.is_word("of"));
    let phrase = if first.is_word("yoy") && word_before_of(2) {
        *input.ahead(1)?
    } else if word_before_of(1) {
        first
    } else {
        return None;
    };
    let span = first.span.to(phrase.span);
    let word = phrase.text.to_lowercase();
    if words::is_reserved(&word) {
        return None;
    }
    if words::is_measure(&word)
        && let Some(earlier) = measure
    {
        let diagnostic =
            Diagnostic::error(code::SECOND_MEASURE, span, "a sentence has at most one measure")
                .with_label("a second measure")
                .with_related(earlier.span, "the first one")
                .with_help(format!(
                    "parentheses make the inner sentence a figure: `{} (… {word} of …)`",
                    words::word_of(&MEASURES, &earlier.kind),
                ));
        return Some(diagnostic);
    }
    if words::verbs().any(|verb| verb == word) {
        let message = format!("`{word} of` cannot stand here");
        let diagnostic =
            Diagnostic::error(code::VERB_ORDER, span, message).with_label("a verb").with_help(
                "a sentence begins with its verbs: reducers (`max of`), then one measure \
                 (`growth of`), then transforms (`ytd of`); elsewhere a verb needs parentheses",
            );
        return Some(diagnostic);
    }
    if phrase.text.contains(['.', '_'])
        && let Some(of) = input.ahead(1)
    {
        // `hi.coverage of VN`: a series, not a verb.
        let message = format!("`{}` is not a verb, and `of` stands after verbs", phrase.text);
        let diagnostic = Diagnostic::error(code::UNKNOWN_VERB, phrase.span, message)
            .with_label("before `of`")
            .with_help("a place stands after `in`: `hi.coverage in VN`")
            .with_fix(of.span, "in");
        return Some(diagnostic);
    }
    let diagnostic = Diagnostic::error(
        code::UNKNOWN_VERB,
        phrase.span,
        format!("`{}` is not a verb of the language", phrase.text),
    );
    Some(match words::nearest(&word, words::verbs()) {
        Some(verb) => diagnostic.with_label(format!("`{verb}` is one")).with_fix(phrase.span, verb),
        None => diagnostic.with_label("before `of`").with_help(
            "the verbs are change, growth, multiple, cagr, pace, index, share, contribution, \
             gap, progress, revisions, and total, mean, median, min, max, first, last, count, \
             rank, top N, bottom N, ytd, rolling",
        ),
    })
}
