//! Clauses: in any order, each at most once in a sentence.

use milepost_model::Decimal;
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, not, opt, peek};
use nom::multi::separated_list1;
use nom::sequence::{preceded, separated_pair, terminated};

use super::anchor::anchor;
use super::condition::condition;
use super::expression::{expression, number};
use super::goal::goal;
use super::input::{
    Expectation, Parsed, Stop, Tokens, keyword, one_of, refuse, sign, spanned, take,
};
use super::name::{count, frequency, name, word};
use super::unit::unit;
use crate::ast::{
    Anchor, At, Axis, Clause, Clauses, Condition, Expression, Fill, Goal, OverLast,
    RegionExpression, StatusName, UnitName,
};
use crate::diagnostic::{Diagnostic, code};
use crate::span::Span;
use crate::token::{Token, TokenKind};
use crate::words::{self, FILLS, STATUSES};

/// What a clause says.
enum Item {
    Regions(Vec<RegionExpression>),
    By(Vec<Axis>),
    Since(Anchor),
    Until(Anchor),
    Between((Anchor, Anchor)),
    During(Anchor),
    At(At),
    OverLast(OverLast),
    AsOf(Anchor),
    PercentOf(Expression),
    Unit(UnitName),
    Including(Vec<StatusName>),
    Only(Vec<StatusName>),
    To(Goal),
    Boundaries(Anchor),
    Fill(Fill),
    Complete(Option<Decimal>),
    Matched(()),
    Where(Condition),
}

/// The clauses of a sentence.
pub(super) fn clauses(input: Tokens<'_>) -> Parsed<'_, Box<Clauses>> {
    let mut clauses = Box::<Clauses>::default();
    let mut rest = input;
    loop {
        rest.count_node()?;
        match item(rest) {
            Ok((after, item)) => {
                place(&mut clauses, *item, rest.up_to(&after))
                    .or_else(|diagnostic| refuse(diagnostic).map(|(_, ())| ()))?;
                rest = after;
            }
            Err(nom::Err::Error(_)) => return Ok((rest, clauses)),
            Err(stop) => return Err(stop),
        }
    }
}

/// One clause; those that hold sentences stand outside `alt`, like all that nests.
fn item(input: Tokens<'_>) -> Parsed<'_, Box<Item>> {
    for parser in [flat_item, percent_of, to] {
        match parser(input) {
            Err(nom::Err::Error(_)) => {}
            result => return result,
        }
    }
    filter(input)
}

fn percent_of(input: Tokens<'_>) -> Parsed<'_, Box<Item>> {
    let words = (keyword("as"), sign("%", TokenKind::Percent), keyword("of"));
    let (rest, _) = { words }.parse(input)?;
    let (rest, whole) = expression(rest)?;
    Ok((rest, Box::new(Item::PercentOf(whole))))
}

fn to(input: Tokens<'_>) -> Parsed<'_, Box<Item>> {
    let (rest, _) = keyword("to")(input)?;
    let (rest, goal) = goal(rest)?;
    Ok((rest, Box::new(Item::To(goal))))
}

fn filter(input: Tokens<'_>) -> Parsed<'_, Box<Item>> {
    let (rest, _) = keyword("where")(input)?;
    let (rest, condition) = condition(rest)?;
    Ok((rest, Box::new(Item::Where(*condition))))
}

/// A clause that holds no sentence.
fn flat_item(input: Tokens<'_>) -> Parsed<'_, Box<Item>> {
    let item = alt((
        map(preceded(keyword("in"), list(region)), Item::Regions),
        map(preceded(keyword("by"), list(axis)), Item::By),
        time,
        display,
        map(preceded(keyword("including"), list(status)), Item::Including),
        map(preceded(keyword("only"), list(status)), Item::Only),
        map(preceded((keyword("on"), keyword("boundaries")), anchor), Item::Boundaries),
        map(preceded(keyword("fill"), one_of(&FILLS, str::eq_ignore_ascii_case)), Item::Fill),
        map(preceded(keyword("complete"), opt(threshold)), Item::Complete),
        map(keyword("matched"), |_| Item::Matched(())),
    ));
    map(item, Box::new).parse(input)
}

/// The clauses that cut time.
fn time(input: Tokens<'_>) -> Parsed<'_, Item> {
    let or_before = map(opt((keyword("or"), keyword("before"))), |words| words.is_some());
    let at = map((or_before, anchor), |(or_before, anchor)| At { or_before, anchor });
    let last = map((keyword("last"), count, frequency), |(_, count, frequency)| OverLast {
        count,
        frequency,
    });
    alt((
        map(preceded(keyword("since"), anchor), Item::Since),
        map(preceded(keyword("until"), anchor), Item::Until),
        map(
            preceded(keyword("between"), separated_pair(anchor, keyword("and"), anchor)),
            Item::Between,
        ),
        map(preceded(keyword("during"), anchor), Item::During),
        map(preceded(keyword("at"), at), Item::At),
        map(preceded(keyword("over"), last), Item::OverLast),
    ))
    .parse(input)
}

/// `as of ANCHOR`, `as UNIT`; `as %` is a unit only where no `of` follows.
fn display(input: Tokens<'_>) -> Parsed<'_, Item> {
    let unit = terminated(unit, peek(not(keyword("of"))));
    let what = alt((map(preceded(keyword("of"), anchor), Item::AsOf), map(unit, Item::Unit)));
    preceded(keyword("as"), what).parse(input)
}

/// One or more, separated by commas.
fn list<'t, T, P>(parser: P) -> impl Parser<Tokens<'t>, Output = Vec<T>, Error = Stop>
where
    P: Parser<Tokens<'t>, Output = T, Error = Stop>,
{
    separated_list1(sign(",", TokenKind::Comma), parser)
}

/// `Hanoi + Hai Phong`, `VN except Hanoi`
fn region(input: Tokens<'_>) -> Parsed<'_, RegionExpression> {
    let sum = || separated_list1(sign("+", TokenKind::Plus), name(Expectation::Region, None));
    let except = map(opt(preceded(keyword("except"), sum())), Option::unwrap_or_default);
    map(spanned((sum(), except)), |((names, except), span)| RegionExpression {
        names,
        except,
        span,
    })
    .parse(input)
}

/// `year`, `3 months`, `province`
fn axis(input: Tokens<'_>) -> Parsed<'_, Axis> {
    if let Some(diagnostic) = by_a_year(input).or_else(|| adverb(input)) {
        return refuse(diagnostic);
    }
    let time = map(spanned((opt(count), frequency)), |((count, frequency), span)| Axis::Time {
        count: count.unwrap_or(1),
        frequency,
        span,
    });
    for known in ["status", "source", "vintage"] {
        let _ = take(Expectation::Keyword(known), |_| false)(input);
    }
    alt((time, map(word(Expectation::Level), Axis::Word))).parse(input)
}

/// `by 2025`: in English a time limit, here an axis.
fn by_a_year(input: Tokens<'_>) -> Option<Diagnostic> {
    let time = input.first().filter(|t| t.is_year() || t.kind == TokenKind::Period)?;
    let is_frequency = |token: &Token<'_>| {
        words::FREQUENCIES.iter().any(|(word, _)| words::is_word_or_plural(token.text, word))
    };
    if input.ahead(1).is_some_and(is_frequency) {
        return None;
    }
    let by = input.before()?;
    let message = format!("`by {}` is not an axis", time.text);
    Some(
        Diagnostic::error(code::BY_A_YEAR, by.span.to(time.span), message)
            .with_label("`by` makes rows, as in `by year`")
            .with_help(format!(
                "`at {0}` asks for the figure of {0}, `to {0} target` compares with its target",
                time.text
            ))
            .with_fix(by.span, "at"),
    )
}

/// `by yearly`: an adverb is no level of regions.
fn adverb(input: Tokens<'_>) -> Option<Diagnostic> {
    let token = input.first().filter(|token| words::ADVERBS.iter().any(|a| token.is_word(a)))?;
    let message = format!("`by {}` is not an axis", token.text);
    Some(
        Diagnostic::error(code::FOREIGN_WORD, token.span, message)
            .with_label("`by` makes rows, as in `by year`"),
    )
}

/// `projections`
fn status(input: Tokens<'_>) -> Parsed<'_, StatusName> {
    let kind = one_of(&STATUSES, words::is_word_or_plural);
    map(spanned(kind), |(kind, span)| StatusName { kind, span }).parse(input)
}

/// `90%`
fn threshold(input: Tokens<'_>) -> Parsed<'_, Decimal> {
    terminated(number, sign("%", TokenKind::Percent)).parse(input)
}

/// Puts a clause in its place in the sentence, which must be free.
fn place(clauses: &mut Clauses, item: Item, span: Span) -> Result<(), Diagnostic> {
    match item {
        Item::Regions(value) => fill(&mut clauses.regions, value, span, "in"),
        Item::By(value) => fill(&mut clauses.by, value, span, "by"),
        Item::Since(value) => fill(&mut clauses.since, value, span, "since"),
        Item::Until(value) => fill(&mut clauses.until, value, span, "until"),
        Item::Between(value) => fill(&mut clauses.between, value, span, "between"),
        Item::During(value) => fill(&mut clauses.during, value, span, "during"),
        Item::At(value) => fill(&mut clauses.at, value, span, "at"),
        Item::OverLast(value) => fill(&mut clauses.over_last, value, span, "over last"),
        Item::AsOf(value) => fill(&mut clauses.as_of, value, span, "as of"),
        Item::PercentOf(value) => fill(&mut clauses.percent_of, value, span, "as % of"),
        Item::Unit(value) => fill(&mut clauses.unit, value, span, "as"),
        Item::Including(value) => fill(&mut clauses.including, value, span, "including"),
        Item::Only(value) => fill(&mut clauses.only, value, span, "only"),
        Item::To(value) => fill(&mut clauses.to, value, span, "to"),
        Item::Boundaries(value) => fill(&mut clauses.boundaries, value, span, "on boundaries"),
        Item::Fill(value) => fill(&mut clauses.fill, value, span, "fill"),
        Item::Complete(value) => fill(&mut clauses.complete, value, span, "complete"),
        Item::Matched(value) => fill(&mut clauses.matched, value, span, "matched"),
        Item::Where(value) => fill(&mut clauses.condition, value, span, "where"),
    }
}

fn fill<T>(
    slot: &mut Option<Clause<T>>,
    value: T,
    span: Span,
    keyword: &str,
) -> Result<(), Diagnostic> {
    if let Some(earlier) = slot {
        let message = format!("a sentence has at most one `{keyword}`");
        let help = match keyword {
            "in" => "several places stand in one clause: `in VN, Hanoi`",
            "by" => "several axes stand in one clause: `by province, year`",
            "including" | "only" => "several statuses stand in one clause, with commas",
            "where" => "several demands stand in one clause, with `and`",
            _ => "an inner sentence in parentheses may have its own",
        };
        return Err(Diagnostic::error(code::DUPLICATE_CLAUSE, span, message)
            .with_label("the second one")
            .with_related(earlier.span, "the first one")
            .with_help(help));
    }
    *slot = Some(Clause { value, span });
    Ok(())
}
