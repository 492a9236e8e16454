//! Reading a unit.

use std::str::FromStr;

use thiserror::Error;

use super::{PERCENT, SCALES, Symbol, Unit, singular};

/// A text that is not a unit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnitError {
    /// A word has characters that no symbol has.
    #[error("{word:?} is not a unit symbol; a word such as `persons` or `VND` would be")]
    Symbol {
        /// The word.
        word: String,
    },
    /// A number is not a power of ten.
    #[error("{number:?} is not a scale; a power of ten such as 1000 or `thousand` would be")]
    Scale {
        /// The number.
        number: String,
    },
    /// Nothing stands where a symbol is needed.
    #[error("{unit:?} has no symbol beside `{operator}`; `VND/person` would do")]
    NoSymbol {
        /// The whole text.
        unit: String,
        /// `/`, `*` or `per`.
        operator: String,
    },
    /// Percentage points are combined with what they cannot be a share of.
    #[error("{unit:?} combines percentage points with other symbols; `pp` or `pp/year` would do")]
    Points {
        /// The whole text.
        unit: String,
    },
    /// The exponents or scales are beyond what any unit needs.
    #[error("{unit:?} has an exponent or scale beyond 30; a smaller one would do")]
    TooLarge {
        /// The whole text.
        unit: String,
    },
}

/// The largest exponent and power of ten that can be written.
const LARGEST: i8 = 30;

/// `persons`, `million persons`, `VND/person`, `billion VND per person`, `%`,
/// `percent`, `pp`, `percentage points`, `deaths/1000 persons`, `m^2`,
/// `persons*days`. Words that follow each other are one symbol. `% of GDP` is
/// `%`: what it is a part of is told by the denominator of the indicator.
impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let folded = crate::fold(text);
        match folded.as_str() {
            "" | "1" | "number" | "pure number" => return Ok(Self::pure()),
            "percent" | "per cent" | "percentage" => return Ok(Self::percent()),
            "percentage point" | "percentage points" => return Ok(Self::percentage_points()),
            _ if ["% of ", "percent of "].iter().any(|head| folded.starts_with(head)) => {
                return Ok(Self::percent());
            }
            _ => {}
        }
        let mut reader = Reader { text, unit: Self::pure(), sign: 1, words: Vec::new() };
        let mut operator: Option<&str> = None;
        let mut any = false;
        for token in tokens(text) {
            match token {
                "/" | "*" | "·" => {
                    reader.end_symbol()?;
                    if operator.is_some() || !any {
                        return Err(reader.no_symbol(token));
                    }
                    operator = Some(token);
                    reader.sign = if token == "/" { -1 } else { 1 };
                }
                _ if token.eq_ignore_ascii_case("per") => {
                    reader.end_symbol()?;
                    if operator.is_some() {
                        return Err(reader.no_symbol(token));
                    }
                    operator = Some(token);
                    reader.sign = -1;
                }
                _ => {
                    reader.word(token)?;
                    operator = None;
                }
            }
            any = true;
        }
        reader.end_symbol()?;
        match operator {
            Some(operator) => Err(reader.no_symbol(operator)),
            None => reader.finish(),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    unit: Unit,
    sign: i8,
    /// The words of the symbol being read.
    words: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn word(&mut self, word: &'a str) -> Result<(), UnitError> {
        if word == "%" || word.eq_ignore_ascii_case("percent") {
            self.end_symbol()?;
            return self.scale(PERCENT);
        }
        if word.eq_ignore_ascii_case("pp") {
            self.end_symbol()?;
            if self.unit.points || self.sign < 0 {
                return Err(UnitError::Points { unit: self.text.to_owned() });
            }
            self.unit.points = true;
            return self.scale(PERCENT);
        }
        let lower = word.to_ascii_lowercase();
        let plural = lower.strip_suffix('s').unwrap_or(&lower);
        if let Some((_, power)) = SCALES.iter().find(|(scale, _)| *scale == plural) {
            self.end_symbol()?;
            return self.scale(*power);
        }
        if let Some(power) = word.strip_prefix("10^") {
            self.end_symbol()?;
            let power = power.parse().map_err(|_| self.too_large())?;
            return self.scale(power);
        }
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number(word);
        }
        self.words.push(word);
        Ok(())
    }

    /// A power of ten, or a part of a symbol as in `constant 2015 US$`.
    fn number(&mut self, number: &'a str) -> Result<(), UnitError> {
        let zeros = number.strip_prefix('1').filter(|rest| rest.bytes().all(|byte| byte == b'0'));
        match zeros {
            Some(zeros) => {
                self.end_symbol()?;
                let power = i8::try_from(zeros.len()).map_err(|_| self.too_large())?;
                self.scale(power)
            }
            None if self.words.is_empty() => Err(UnitError::Scale { number: number.to_owned() }),
            None => {
                self.words.push(number);
                Ok(())
            }
        }
    }

    fn scale(&mut self, power: i8) -> Result<(), UnitError> {
        let sum = power.checked_mul(self.sign).and_then(|power| self.unit.power.checked_add(power));
        self.unit.power = sum.ok_or_else(|| self.too_large())?;
        Ok(())
    }

    fn end_symbol(&mut self) -> Result<(), UnitError> {
        if self.words.is_empty() {
            return Ok(());
        }
        let written = self.words.join(" ");
        self.words.clear();
        let (symbol, exponent) = match written.rsplit_once('^') {
            Some((symbol, exponent)) => {
                (symbol.trim_end(), exponent.parse().ok().filter(|exponent| *exponent != 0))
            }
            None => (written.as_str(), Some(1_i8)),
        };
        let good = symbol.chars().all(|c| c.is_alphanumeric() || " _-.$€£¥₫°'&+".contains(c))
            && singular(symbol).chars().any(|c| c.is_alphabetic() || "$€£¥₫°".contains(c));
        let Some(exponent) = exponent.filter(|_| good) else {
            return Err(UnitError::Symbol { word: written });
        };
        if exponent.unsigned_abs() > LARGEST.unsigned_abs() {
            return Err(self.too_large());
        }
        self.unit.raise(Symbol(symbol.to_owned()), exponent.saturating_mul(self.sign));
        Ok(())
    }

    fn finish(self) -> Result<Unit, UnitError> {
        let Self { text, unit, .. } = self;
        let within = |number: i8| number.unsigned_abs() <= LARGEST.unsigned_abs();
        if !within(unit.power) || !unit.dimensions.values().all(|&exponent| within(exponent)) {
            return Err(UnitError::TooLarge { unit: text.to_owned() });
        }
        let shares = unit.power == PERCENT && unit.dimensions.values().all(|&e| e < 0);
        if unit.points && !shares {
            return Err(UnitError::Points { unit: text.to_owned() });
        }
        Ok(unit)
    }

    fn too_large(&self) -> UnitError {
        UnitError::TooLarge { unit: self.text.to_owned() }
    }

    fn no_symbol(&self, operator: &str) -> UnitError {
        UnitError::NoSymbol { unit: self.text.to_owned(), operator: operator.to_owned() }
    }
}

/// Words, and the operators between them.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .flat_map(|word| word.split_inclusive(['/', '*', '·', '%']))
        .flat_map(|piece| match piece.char_indices().next_back() {
            Some((at, '/' | '*' | '·' | '%')) => {
                let (word, operator) = piece.split_at(at);
                [word, operator]
            }
            _ => [piece, ""],
        })
        .filter(|token| !token.is_empty())
}
