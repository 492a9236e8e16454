//! What is committed at once: observations by name, before any catalogue is asked.

use milepost_model::{Date, Decimal, Period, Precision, Scenario, Status};

use crate::Error;
use crate::row::{Attributes, Row};
use crate::texts::{TextId, Texts};

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
    pub(crate) indicators: Texts,
    pub(crate) regions: Texts,
    /// Sources and notes.
    pub(crate) texts: Texts,
    pub(crate) attributes: Vec<Attributes>,
    pub(crate) token: Option<(String, u64)>,
    pub(crate) strict: bool,
    published: Option<Date>,
    source: Option<TextId>,
    /// The last period that was read.
    period: Option<(String, Period)>,
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
        let period = self.period(period)?;
        let value = parse("value", value)?;
        self.add(Observation::new(indicator, region, period, value));
        Ok(())
    }

    /// Adds one observation.
    pub fn add(&mut self, observation: Observation<'_>) {
        let attributes = Attributes {
            scenario: observation.scenario,
            status: observation.status,
            precision: observation.precision,
            published: observation.published.or(self.published),
            source: observation.source.map(|text| self.texts.id(text)).or(self.source),
            note: observation.note.map(|text| self.texts.id(text)),
        };
        // Neighbours mostly have the same.
        if self.attributes.last() != Some(&attributes) {
            self.attributes.push(attributes);
        }
        self.rows.push(Row {
            indicator: self.indicators.id(observation.indicator),
            region: self.regions.id(observation.region),
            period: observation.period,
            value: observation.value.into(),
            attributes: self.attributes.len() - 1,
        });
    }

    /// Reads a period; neighbours mostly have the same.
    fn period(&mut self, text: &str) -> Result<Period, Error> {
        match &self.period {
            Some((known, period)) if known == text => Ok(*period),
            _ => {
                let period = parse("period", text)?;
                self.period = Some((text.to_owned(), period));
                Ok(period)
            }
        }
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
