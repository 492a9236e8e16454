//! The tokens under the parser, and the trace of what was expected where.

use std::cell::{Cell, RefCell};
use std::iter::{Copied, Enumerate};
use std::slice::Iter;

use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Input, Needed, Parser};

use crate::diagnostic::{Diagnostic, code};
use crate::span::Span;
use crate::token::{Token, TokenKind};

/// Levels of nesting that a statement may have.
const MAX_DEPTH: usize = 64;

/// Parts that the tree of a statement may have.
const MAX_NODES: usize = 10_000;

/// What may stand at a place: what a message lists and what completion offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expectation {
    /// A word of the language, such as `since`.
    Keyword(&'static str),
    /// A verb with its `of`, such as `growth of`.
    Verb(&'static str),
    /// A sign, such as `(`.
    Sign(&'static str),
    /// The name of an indicator.
    Indicator,
    /// The name of a region.
    Region,
    /// The name of a milestone.
    Milestone,
    /// A period such as `2024-H1`, or a year.
    Period,
    /// A number.
    Number,
    /// A unit of measurement.
    Unit,
    /// A level of the region tree, such as `province`.
    Level,
    /// A quoted string.
    Text,
    /// A new name.
    NewName,
    /// `$name`
    Parameter,
    /// The end of the statement.
    End,
}

/// The furthest place that the parser could not pass, and what it would have taken there.
#[derive(Debug)]
pub(crate) struct Trace<'t> {
    tokens: &'t [Token<'t>],
    furthest: Cell<usize>,
    /// Each with the position where the name under way began.
    expected: RefCell<Vec<(Expectation, usize)>>,
    nodes: Cell<usize>,
    depth: Cell<usize>,
}

impl<'t> Trace<'t> {
    /// A trace of a run over the significant tokens of a statement.
    pub(crate) fn new(tokens: &'t [Token<'t>]) -> Self {
        Self {
            tokens,
            furthest: Cell::default(),
            expected: RefCell::default(),
            nodes: Cell::default(),
            depth: Cell::default(),
        }
    }

    /// Whether the furthest failure is at the end of the tokens.
    pub(crate) fn ran_out(&self) -> bool {
        self.furthest.get() >= self.tokens.len()
    }

    /// Position of the furthest failure.
    pub(crate) fn furthest(&self) -> usize {
        self.furthest.get()
    }

    /// What was expected there, in the order of the grammar.
    pub(crate) fn expected(&self) -> Vec<(Expectation, usize)> {
        self.expected.borrow().clone()
    }

    fn record(&self, position: usize, expectation: Expectation, from: usize) {
        if position < self.furthest.get() {
            return;
        }
        let mut expected = self.expected.borrow_mut();
        if position > self.furthest.get() {
            self.furthest.set(position);
            expected.clear();
        }
        if !expected.contains(&(expectation, from)) {
            expected.push((expectation, from));
        }
    }
}

/// Why a parser stopped: the trace knows, unless there is something more exact to say.
#[derive(Debug)]
pub(crate) struct Stop(pub(crate) Option<Box<Diagnostic>>);

impl<I> ParseError<I> for Stop {
    fn from_error_kind(_: I, _: ErrorKind) -> Self {
        Self(None)
    }

    fn append(_: I, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// What a parser over tokens returns.
pub(crate) type Parsed<'t, T> = IResult<Tokens<'t>, T, Stop>;

/// An error that no alternative can mend.
pub(crate) fn refuse<'t, T>(diagnostic: Diagnostic) -> Parsed<'t, T> {
    Err(nom::Err::Failure(Stop(Some(Box::new(diagnostic)))))
}

/// An ordinary failure: another alternative may fit.
pub(crate) fn mismatch<'t, T>() -> Parsed<'t, T> {
    Err(nom::Err::Error(Stop(None)))
}

/// The significant tokens of a statement from a position on; small, for it stands in every
/// frame of the parser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens<'t> {
    trace: &'t Trace<'t>,
    position: usize,
    end: usize,
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(trace: &'t Trace<'t>) -> Self {
        Self { trace, position: 0, end: trace.tokens.len() }
    }

    fn rest(&self) -> &'t [Token<'t>] {
        self.trace.tokens.get(self.position..self.end).unwrap_or_default()
    }

    /// The token here.
    pub(crate) fn first(&self) -> Option<&'t Token<'t>> {
        self.rest().first()
    }

    /// The token `n` places further.
    pub(crate) fn ahead(&self, n: usize) -> Option<&'t Token<'t>> {
        self.rest().get(n)
    }

    /// The token just before this one.
    pub(crate) fn before(&self) -> Option<&'t Token<'t>> {
        self.position.checked_sub(1).and_then(|index| self.trace.tokens.get(index))
    }

    /// Index of the token here in the statement.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// Place of the token here, empty at the end.
    pub(crate) fn here(&self) -> Span {
        self.first().map_or(Span::default(), |token| token.span)
    }

    /// The span from here up to where `after` goes on.
    pub(crate) fn up_to(&self, after: &Self) -> Span {
        let consumed = after.position.saturating_sub(self.position);
        let last = consumed.checked_sub(1).and_then(|index| self.rest().get(index));
        last.map_or(self.here(), |last| self.here().to(last.span))
    }

    /// Counts one part of the tree.
    pub(crate) fn count_node(&self) -> Result<(), nom::Err<Stop>> {
        let nodes = self.trace.nodes.get().saturating_add(1);
        self.trace.nodes.set(nodes);
        if nodes <= MAX_NODES {
            return Ok(());
        }
        let message = format!("a statement is limited to {MAX_NODES} parts");
        refuse(Diagnostic::error(code::TOO_MANY_NODES, self.here(), message)).map(|(_, ())| ())
    }
}

impl<'t> Input for Tokens<'t> {
    type Item = Token<'t>;
    type Iter = Copied<Iter<'t, Token<'t>>>;
    type IterIndices = Enumerate<Self::Iter>;

    fn input_len(&self) -> usize {
        self.rest().len()
    }

    fn take(&self, index: usize) -> Self {
        Self { end: self.position.saturating_add(index).min(self.end), ..*self }
    }

    fn take_from(&self, index: usize) -> Self {
        Self { position: self.position.saturating_add(index).min(self.end), ..*self }
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }

    fn position<P: Fn(Self::Item) -> bool>(&self, predicate: P) -> Option<usize> {
        self.rest().iter().position(|token| predicate(*token))
    }

    fn iter_elements(&self) -> Self::Iter {
        self.rest().iter().copied()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.iter_elements().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        match count.checked_sub(self.input_len()) {
            None | Some(0) => Ok(count),
            Some(missing) => Err(Needed::new(missing)),
        }
    }
}

/// The one primitive: a token that satisfies the predicate, or a record of what was expected.
pub(crate) fn take<'t>(
    expectation: Expectation,
    predicate: impl Fn(&Token<'t>) -> bool,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Token<'t>> {
    move |input| take_from(input.position, expectation, &predicate).parse(input)
}

/// The same inside a name that began at an earlier position.
pub(crate) fn take_from<'t>(
    from: usize,
    expectation: Expectation,
    predicate: impl Fn(&Token<'t>) -> bool,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Token<'t>> {
    move |input| match input.first() {
        Some(token) if predicate(token) => Ok((Input::take_from(&input, 1), *token)),
        _ => {
            input.trace.record(input.position, expectation, from);
            mismatch()
        }
    }
}

/// The end of the statement.
pub(crate) fn end(input: Tokens<'_>) -> Parsed<'_, ()> {
    if input.first().is_none() {
        return Ok((input, ()));
    }
    input.trace.record(input.position, Expectation::End, input.position);
    mismatch()
}

/// A word of the language.
pub(crate) fn keyword<'t>(word: &'static str) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Token<'t>> {
    take(Expectation::Keyword(word), move |token| token.is_word(word))
}

/// A sign.
pub(crate) fn sign<'t>(
    shown: &'static str,
    kind: TokenKind,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, Token<'t>> {
    take(Expectation::Sign(shown), move |token| token.kind == kind)
}

/// What a parser reads, with its place; counts one part of the tree.
pub(crate) fn spanned<'t, T, P>(mut parser: P) -> impl FnMut(Tokens<'t>) -> Parsed<'t, (T, Span)>
where
    P: Parser<Tokens<'t>, Output = T, Error = Stop>,
{
    move |input| {
        input.count_node()?;
        let (rest, value) = parser.parse(input)?;
        let span = input.up_to(&rest);
        Ok((rest, (value, span)))
    }
}

/// Runs a parser one level deeper.
pub(crate) fn nested<'t, T>(
    input: Tokens<'t>,
    parser: impl FnOnce(Tokens<'t>) -> Parsed<'t, T>,
) -> Parsed<'t, T> {
    let depth = input.trace.depth.get();
    if depth >= MAX_DEPTH {
        return too_deep(input);
    }
    input.trace.depth.set(depth.saturating_add(1));
    let result = parser(input);
    input.trace.depth.set(depth);
    result
}

fn too_deep<T>(input: Tokens<'_>) -> Parsed<'_, T> {
    let message = format!("nesting is limited to {MAX_DEPTH} levels");
    refuse(
        Diagnostic::error(code::TOO_DEEP, input.here(), message)
            .with_label("one level too deep")
            .with_help("`let NAME = …` gives an inner sentence a name"),
    )
}

/// One word of a table, or a plural of it.
pub(crate) fn one_of<'t, T: Copy>(
    table: &'static [(&'static str, T)],
    matches: fn(&str, &str) -> bool,
) -> impl FnMut(Tokens<'t>) -> Parsed<'t, T> {
    move |input| {
        for (word, value) in table {
            let expectation = Expectation::Keyword(word);
            let predicate =
                |token: &Token<'_>| token.kind == TokenKind::Word && matches(token.text, word);
            if let Ok((rest, _)) = take(expectation, predicate)(input) {
                return Ok((rest, *value));
            }
        }
        mismatch()
    }
}
