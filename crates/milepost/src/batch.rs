//! What is committed at once: observations by name, before any catalogue is asked.

use std::collections::HashMap;

use milepost_model::{Date, Decimal, Period, Precision, Scenario, Status};

use crate::Error;

/// Observations that are committed together: all of them or none.
///
/// Names are looked up when the batch is committed; periods and values are read
/// at once, so that a mistake is reported where it was made.
///
/// ```
/// use milepost::Batch;
///
/// let mut batch = Batch::new().published("2020-05-23")?.source("press release").token("press", 7);
/// batch.push("voluntary_si.participants", "VN", "2019", "574000")?;
/// assert_eq!(batch.len(), 1);
///
/// let error = batch.push("voluntary_si.participants", "VN", "2019-13", "1").unwrap_err();
/// assert!(error.to_string().contains("2019-13"));
/// # Ok::<(), milepost::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(crate) rows: Vec<Row>,
    pub(crate) texts: Texts,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) token: Option<(String, u64)>,
    pub(crate) strict: bool,
    published: Option<Date>,
    source: Option<TextId>,
}

/// One observation by name, for [`Batch::add`].
///
/// Status is *normal*, scenario `reported` and precision *exact* unless said.
#[derive(Clone, Debug)]
pub struct Observation<'a> {
    indicator: &'a str,
    region: &'a str,
    period: Period,
    value: Option<Decimal>,
    status: Status,
    scenario: Scenario,
    precision: Precision,
    published: Option<Date>,
    source: Option<&'a str>,
    note: Option<&'a str>,
}

/// A text of the batch; each different text is kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TextId(u32);

/// The texts of a batch, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    all: Vec<String>,
    ids: HashMap<String, TextId>,
}

/// A row of a batch: 1 M of them are an ordinary import, so texts are ids.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) indicator: TextId,
    pub(crate) region: TextId,
    /// Position in the batch's scenarios: there are never many.
    pub(crate) scenario: usize,
    pub(crate) period: Period,
    pub(crate) value: Option<Decimal>,
    pub(crate) status: Status,
    pub(crate) precision: Precision,
    pub(crate) published: Option<Date>,
    pub(crate) source: Option<TextId>,
    pub(crate) note: Option<TextId>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// When the observations were published, for all that are added from here
    /// on without a date of their own. It is what `as of` compares with.
    ///
    /// # Errors
    /// [`Error::Input`] when the text is not a day such as `2024-07-10`.
    pub fn published(mut self, day: impl AsRef<str>) -> Result<Self, Error> {
        self.published = Some(parse("publication date", day.as_ref())?);
        Ok(self)
    }

    /// Who published the observations, for all that are added from here on
    /// without a source of their own.
    #[must_use]
    pub fn source(mut self, source: impl AsRef<str>) -> Self {
        self.source = Some(self.texts.id(source.as_ref()));
        self
    }

    /// Makes a retry harmless: a batch of `producer` whose number is not
    /// greater than the last one committed is not applied again.
    #[must_use]
    pub fn token(mut self, producer: impl Into<String>, number: u64) -> Self {
        self.token = Some((producer.into(), number));
        self
    }

    /// Refuses indicators and regions that the catalogue does not have.
    /// Otherwise they are registered as *undeclared*: shown and compared, never rolled up.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Adds one observation from texts.
    ///
    /// # Errors
    /// [`Error::Input`] naming the part that is no period or no decimal.
    pub fn push(
        &mut self,
        indicator: &str,
        region: &str,
        period: &str,
        value: &str,
    ) -> Result<(), Error> {
        let period = parse("period", period)?;
        let value = parse("value", value)?;
        self.add(Observation::new(indicator, region, period, value));
        Ok(())
    }

    /// Adds one observation.
    pub fn add(&mut self, observation: Observation<'_>) {
        let row = Row {
            indicator: self.texts.id(observation.indicator),
            region: self.texts.id(observation.region),
            scenario: self.scenario(observation.scenario),
            period: observation.period,
            value: observation.value,
            status: observation.status,
            precision: observation.precision,
            published: observation.published.or(self.published),
            source: observation.source.map(|text| self.texts.id(text)).or(self.source),
            note: observation.note.map(|text| self.texts.id(text)),
        };
        self.rows.push(row);
    }

    fn scenario(&mut self, scenario: Scenario) -> usize {
        self.scenarios.iter().position(|known| *known == scenario).unwrap_or_else(|| {
            self.scenarios.push(scenario);
            self.scenarios.len() - 1
        })
    }

    /// How many observations the batch has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the batch has no observation.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<'a> Observation<'a> {
    /// A value of an indicator in a region over a period.
    pub fn new(indicator: &'a str, region: &'a str, period: Period, value: Decimal) -> Self {
        Self { value: Some(value), ..Self::withdrawn(indicator, region, period) }
            .status(Status::ACTUAL)
    }

    /// The fact that a published value was withdrawn (SDMX status `O`): from its
    /// publication on the cell is missing, neither zero nor the old value.
    pub fn withdrawn(indicator: &'a str, region: &'a str, period: Period) -> Self {
        Self {
            indicator,
            region,
            period,
            value: None,
            status: Status::WITHDRAWN,
            scenario: Scenario::reported(),
            precision: Precision::Exact,
            published: None,
            source: None,
            note: None,
        }
    }

    /// Sets the status, for example [`Status::ESTIMATE`].
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Sets the scenario, for example [`Scenario::target`].
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self
    }

    /// Says how the figure was printed: "over 277,000", "nearly 574,000".
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Sets the day of publication, in place of the batch's.
    #[must_use]
    pub fn published(mut self, day: Date) -> Self {
        self.published = Some(day);
        self
    }

    /// Sets the source, in place of the batch's.
    #[must_use]
    pub fn source(mut self, source: &'a str) -> Self {
        self.source = Some(source);
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: &'a str) -> Self {
        self.note = Some(note);
        self
    }
}

impl TextId {
    /// The number of the text.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Texts {
    fn id(&mut self, text: &str) -> TextId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        // More than 4 G different texts do not fit in memory, so the length fits.
        let id = TextId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        id
    }

    /// How many different texts there are; ids run from 0.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The text of an id; ids come from this table only.
    pub(crate) fn get(&self, id: TextId) -> &str {
        self.all.get(id.index()).map_or("", String::as_str)
    }
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    part: &'static str,
    text: &str,
) -> Result<T, Error> {
    text.trim().parse().map_err(|cause: T::Err| Error::Input {
        part,
        text: text.to_owned(),
        reason: cause.to_string(),
    })
}
