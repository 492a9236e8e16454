//! Loads of more observations than a batch in memory should hold, by name.

use std::collections::HashSet;

use milepost_model::{Catalogue, Date, IndicatorId, Lookup, fold};
use milepost_store::{AttributesId, BulkAttributes, BulkPeriod, BulkRegion};

use crate::resolve::{Version, indicator, version_on, versions};
use crate::{Error, Receipt, Registered, Result, Store, StoreError};

/// A commit whose observations arrive in pieces, from any number of threads.
///
/// The outcome is that of a [`Batch`](crate::Batch) with the same observations in the same order:
/// one commit, all of it or nothing. Rows are packed as they come, at about nine bytes each; what
/// exceeds 1 GiB waits in the store's directory.
///
/// ```
/// use milepost::{BulkAttributes, Period, Precision, Registered, Scenario, Status, Store};
///
/// let mut store = Store::in_memory();
/// // What the catalogue lacks is registered beforehand, as undeclared.
/// let (indicators, regions) = (vec!["hi.coverage".to_owned()], vec!["VN".to_owned()]);
/// let bulk = store.bulk(Registered { indicators, regions })?;
///
/// let mut writer = bulk.writer(); // one for each thread
/// let plain = writer.attributes(&BulkAttributes {
///     scenario: &Scenario::reported(),
///     status: Status::ACTUAL,
///     published: None,
///     precision: Precision::Exact,
///     source: None,
///     note: None,
/// })?;
/// let (indicator, region) = (writer.indicator("hi.coverage")?, writer.region("VN")?);
/// let year: Period = "2023".parse().unwrap();
/// writer.push(indicator, region, year.into(), plain, Some((9335, 2)))?;
/// writer.end_piece(0)?;
///
/// let encoding = bulk.encode()?;
/// encoding.run(); // in any number of threads
/// assert_eq!(encoding.commit()?.added, 1);
/// assert_eq!(store.query("hi.coverage in VN at 2023")?.rows[0].value.unwrap().to_string(), "93.35");
/// # Ok::<(), milepost::Error>(())
/// ```
#[derive(Debug)]
pub struct Bulk<'a> {
    inner: milepost_store::Bulk<'a>,
    registered: Registered,
}

/// Takes the observations of one piece of the input after another; each thread has its own.
#[derive(Debug)]
pub struct BulkWriter<'a> {
    inner: milepost_store::BulkWriter<'a>,
    catalogue: &'a Catalogue,
    regions: Vec<Region>,
}

/// A load whose observations are all there: turns them into frames, then commits.
#[derive(Debug)]
pub struct BulkEncoding<'a> {
    inner: milepost_store::BulkEncoding<'a>,
    registered: Registered,
}

/// A name of a region, from [`BulkWriter::region`]; which version of the region it means depends on
/// the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionName(u32);

/// What a name of a region may mean.
#[derive(Debug)]
struct Region {
    name: String,
    versions: Vec<Version>,
    /// The one version there is: the days from which and until which it is valid, and its place.
    only: Option<(i32, i32, BulkRegion)>,
}

impl Store {
    /// Begins a commit whose observations arrive in pieces.
    ///
    /// Of the names in `undeclared`, those that the catalogue lacks are registered, each spelling
    /// that folds alike once.
    ///
    /// # Errors
    /// When the store is open for reading only, or an earlier write failed.
    pub fn bulk(&mut self, undeclared: Registered) -> Result<Bulk<'_>> {
        let snapshot = self.snapshot();
        let registered = undeclared.unknown_to(snapshot.catalogue());
        drop(snapshot);
        Ok(Bulk { inner: self.inner.bulk(registered.definitions())?, registered })
    }
}

impl Registered {
    /// The names that a catalogue lacks, each spelling that folds alike once.
    fn unknown_to(self, catalogue: &Catalogue) -> Self {
        let mut folded = HashSet::new();
        let mut indicators = self.indicators;
        indicators.retain(|name| {
            matches!(catalogue.find_indicator(name), Lookup::Unknown) && folded.insert(fold(name))
        });
        folded.clear();
        let mut regions = self.regions;
        regions.retain(|name| catalogue.find_regions(name).is_empty() && folded.insert(fold(name)));
        Self { indicators, regions }
    }
}

impl<'a> Bulk<'a> {
    /// The catalogue that the observations refer to, with the names that this load registers.
    pub fn catalogue(&self) -> &Catalogue {
        self.inner.catalogue()
    }

    /// Registers names that observations to come have, as [`Store::bulk`] does: for an input that
    /// can be read only once.
    ///
    /// ```
    /// use milepost::{Registered, Store};
    ///
    /// let mut store = Store::in_memory();
    /// let mut bulk = store.bulk(Registered::default())?;
    /// let mut writer = bulk.writer();
    /// assert!(writer.region("VN").is_err());
    /// writer.end_piece(0)?;
    /// drop(writer);
    ///
    /// bulk.register(Registered { regions: vec!["VN".to_owned()], ..Registered::default() })?;
    /// assert!(bulk.writer().region("VN").is_ok());
    /// # Ok::<(), milepost::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Catalogue`] for a name that does not fit; the load is to be abandoned then.
    pub fn register(&mut self, undeclared: Registered) -> Result<()> {
        let news = undeclared.unknown_to(self.catalogue());
        self.inner.define(news.definitions())?;
        self.registered.indicators.extend(news.indicators);
        self.registered.regions.extend(news.regions);
        Ok(())
    }

    /// With another bound for what waits in memory, in bytes.
    #[must_use]
    pub fn with_memory(self, bytes: u64) -> Self {
        Self { inner: self.inner.with_memory(bytes), ..self }
    }

    /// Takes observations in; one for each thread.
    pub fn writer(&self) -> BulkWriter<'_> {
        let (inner, catalogue) = (self.inner.writer(), self.inner.catalogue());
        BulkWriter { inner, catalogue, regions: Vec::new() }
    }

    /// Puts the pieces together: no more observations can come.
    ///
    /// # Errors
    /// Those of [`Store::commit`]; nothing was done then.
    pub fn encode(self) -> Result<BulkEncoding<'a>> {
        Ok(BulkEncoding { inner: self.inner.encode()?, registered: self.registered })
    }

    /// Gives up, and leaves the store as it was.
    pub fn abandon(self) {
        self.inner.abandon();
    }
}

impl BulkWriter<'_> {
    /// The indicator of a name.
    ///
    /// # Errors
    /// [`Error::Name`] when it is not in the catalogue, or not clear.
    pub fn indicator(&self, name: &str) -> Result<IndicatorId> {
        indicator(self.catalogue, name).map_err(|reason| self.unclear("indicator", name, reason))
    }

    /// A name of a region, for [`BulkWriter::push`].
    ///
    /// # Errors
    /// [`Error::Name`] when it is not in the catalogue.
    pub fn region(&mut self, name: &str) -> Result<RegionName> {
        let versions = versions(self.catalogue, name);
        let only = match versions.as_slice() {
            [] => return Err(self.unclear("region", name, "not in the catalogue".to_owned())),
            [one] => self.inner.region(one.id).map(|place| {
                // `valid_to` is exclusive, except that an open end includes the last day there is.
                let is_open = one.valid_to == Date::MAX;
                let end = if is_open { i32::MAX } else { one.valid_to.day_number() };
                (one.valid_from.day_number(), end, place)
            }),
            _ => None,
        };
        let number = u32::try_from(self.regions.len()).unwrap_or(u32::MAX);
        self.regions.push(Region { name: name.to_owned(), versions, only });
        Ok(RegionName(number))
    }

    /// The number of a set of attributes, until the piece ends; to be asked for when a row has it.
    ///
    /// # Errors
    /// For a text of more than 64 KiB.
    pub fn attributes(&mut self, attributes: &BulkAttributes<'_>) -> Result<AttributesId> {
        Ok(self.inner.attributes(attributes)?)
    }

    /// Takes an observation in: a value as mantissa and digits after the point, or a withdrawal.
    ///
    /// # Errors
    /// [`Error::Name`] when not exactly one version of the region is valid at the end of the period.
    #[inline]
    pub fn push(
        &mut self,
        indicator: IndicatorId,
        region: RegionName,
        period: BulkPeriod,
        attributes: AttributesId,
        value: Option<(i64, u8)>,
    ) -> Result<()> {
        let only = self.regions.get(region.0 as usize).and_then(|region| region.only);
        let day = period.last_day_number();
        let place = match only {
            Some((from, to, place)) if from <= day && day < to => place,
            _ => self.place(region, day)?,
        };
        self.inner.push(indicator, place, period, attributes, value);
        Ok(())
    }

    /// Where the figures of the region that is valid on a day lie.
    #[cold]
    fn place(&self, region: RegionName, day: i32) -> Result<BulkRegion> {
        let region = self.regions.get(region.0 as usize);
        let (name, versions) =
            region.map_or(("", &[][..]), |region| (&region.name, &region.versions));
        let day = Date::from_day_number(day).unwrap_or(Date::MAX);
        let id = version_on(versions, day).map_err(|none| {
            self.unclear("region", name, none.describe(versions, day, self.catalogue))
        })?;
        self.inner.region(id).ok_or_else(|| {
            let what = "the sheet has no room for the region or the period";
            Error::Store(StoreError::unfit(self.inner.rows() as usize, what))
        })
    }

    fn unclear(&self, what: &'static str, name: &str, reason: String) -> Error {
        Error::Name { what, name: name.to_owned(), reason, position: self.inner.rows() as usize }
    }

    /// How many observations the piece has so far.
    pub fn rows(&self) -> u32 {
        self.inner.rows()
    }

    /// Ends the piece with this number; pieces count as if they came in the order of their numbers,
    /// whichever thread ends them when. The next observation begins another piece.
    ///
    /// # Errors
    /// When neither memory nor the disk has room for the piece.
    pub fn end_piece(&mut self, number: u64) -> Result<()> {
        Ok(self.inner.end_piece(number)?)
    }
}

impl BulkEncoding<'_> {
    /// Takes part in the encoding until nothing is left to begin; any number of threads may.
    pub fn run(&self) {
        self.inner.run();
    }

    /// Finishes the encoding and makes all of it durable. When it returns, the commit is on the
    /// disk.
    ///
    /// # Errors
    /// Those of [`Store::commit`]. Positions count the observations of all pieces.
    pub fn commit(self) -> Result<Receipt> {
        Ok(Receipt::new(self.inner.commit()?, self.registered))
    }

    /// Gives up, and leaves the store as it was.
    pub fn abandon(self) {
        self.inner.abandon();
    }
}
