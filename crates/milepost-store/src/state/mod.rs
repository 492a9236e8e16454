//! Everything a snapshot sees. Immutable once published; the next state shares what it does not
//! change.

mod derived;
mod groups;
mod record;
mod sealed_frames;
mod sheet;
mod strings;
mod verify;
mod woven;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    path::PathBuf,
    sync::Arc,
};

use milepost_model::{Catalogue, CatalogueError, Definition, IndicatorId};

use derived::{Derived, DerivedOfCatalogue};
pub(crate) use groups::Groups;
pub(crate) use record::RecordError;
use sealed_frames::{SealedFrames, Stretch};
pub(crate) use sheet::{Location, Place, SPANS, Sheet, SheetKey, days, frequency_of, period};
pub(crate) use strings::Strings;

use crate::{
    error::StoreError,
    frame::{DirectoryEntry, FormatError, FrameView},
    head::{Commit, HEAD, Manifest, SegmentRecord, Unfit},
    segment::{Run, Segment},
};

/// A segment, and what the manifest says of it.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) record: SegmentRecord,
    pub(crate) file: PathBuf,
    pub(crate) segment: Segment,
}

/// What a store holds after one of its commits.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) epoch: u64,
    /// The last commit.
    pub(crate) sequence: u64,
    pub(crate) catalogue: Catalogue,
    pub(crate) strings: Arc<Strings>,
    pub(crate) groups: Arc<Groups>,
    pub(crate) sheets: Vec<Arc<Sheet>>,
    index: Arc<HashMap<SheetKey, u32>>,
    /// The last batch of each producer, by string number.
    producers: Arc<BTreeMap<u32, u64>>,
    /// Oldest first.
    pub(crate) segments: Arc<Vec<Arc<Sealed>>>,
    /// Where the head is, for messages.
    directory: PathBuf,
    /// What readers worked out from this state.
    pub(crate) derived: Derived,
    pub(crate) derived_of_catalogue: DerivedOfCatalogue,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("directory", &self.directory)
            .field("epoch", &self.epoch)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

impl State {
    /// The state of an empty store.
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory, ..Self::default() }
    }

    /// The state a manifest describes, or what does not fit about it.
    pub(crate) fn from_manifest(
        epoch: u64,
        manifest: Manifest,
        segments: Vec<Arc<Sealed>>,
        directory: PathBuf,
    ) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt {
            file: directory.join(HEAD),
            offset: 0,
            what: format!("the manifest names {what}"),
        };
        let catalogue = manifest.catalogue;
        let strings = Strings::from_texts(manifest.strings)
            .ok_or_else(|| corrupt("a text where none belongs"))?;
        let groups = Groups::from_records(manifest.groups, catalogue.regions().len())
            .ok_or_else(|| corrupt("other regions than the catalogue"))?;
        let mut sheets = Vec::with_capacity(manifest.sheets.len());
        let mut index = HashMap::with_capacity(manifest.sheets.len());
        for (number, record) in (0..).zip(manifest.sheets) {
            let sheet = Sheet::from_record(record).ok_or_else(|| corrupt("a malformed sheet"))?;
            let SheetKey { indicator, scenario, group, .. } = sheet.key;
            let is_known = catalogue.get_indicator(IndicatorId(indicator)).is_some()
                && strings.get(scenario).is_some_and(|name| !name.is_empty())
                && groups.size(group) > 0;
            if !is_known {
                return Err(corrupt("a sheet of what is not defined"));
            }
            if index.insert(sheet.key, number).is_some() {
                return Err(corrupt("a sheet twice"));
            }
            sheets.push(Arc::new(sheet));
        }
        let mut producers = BTreeMap::new();
        for (name, batch) in manifest.producers {
            let number = strings.number(&name).ok_or_else(|| corrupt("an unknown producer"))?;
            producers.insert(number, batch);
        }
        let mut state = Self {
            epoch,
            sequence: manifest.sequence,
            catalogue,
            strings: Arc::new(strings),
            groups: Arc::new(groups),
            sheets,
            index: Arc::new(index),
            producers: Arc::new(producers),
            segments: Arc::default(),
            directory,
            derived: Derived::default(),
            derived_of_catalogue: DerivedOfCatalogue::default(),
        };
        state.seal(segments)?;
        Ok(state)
    }

    /// The manifest of this state, whose segments hold all of it.
    pub(crate) fn manifest(&self, next_segment: u64) -> Manifest {
        let text =
            |number: u32| self.strings.get(number).map_or_else(String::new, ToString::to_string);
        Manifest {
            sequence: self.sequence,
            next_segment,
            segments: self.segments.iter().map(|sealed| sealed.record).collect(),
            strings: self.strings.since(0).map(ToString::to_string).collect(),
            groups: self.groups.records().to_vec(),
            sheets: self.sheets.iter().map(|sheet| sheet.record()).collect(),
            producers: self.producers.iter().map(|(&name, &batch)| (text(name), batch)).collect(),
            catalogue: self.catalogue.clone(),
        }
    }

    /// Makes `segments` the only place of frames: the newest segment that has a frame counts.
    pub(crate) fn seal(&mut self, segments: Vec<Arc<Sealed>>) -> Result<(), StoreError> {
        let mut places: Vec<Vec<Stretch>> = vec![Vec::new(); self.sheets.len()];
        for (segment, sealed) in (0..).zip(&segments) {
            for Run { sheet, entries } in sealed.segment.sheets().iter().cloned() {
                let own = usize::try_from(sheet).ok().and_then(|sheet| places.get_mut(sheet));
                let own = own.ok_or_else(|| {
                    let first = sealed.segment.entry(entries.start as usize);
                    StoreError::Corrupt {
                        file: sealed.file.clone(),
                        offset: first.map_or(0, DirectoryEntry::offset_bytes),
                        what: "a frame belongs to a sheet that the manifest does not have"
                            .to_owned(),
                    }
                })?;
                own.push(Stretch { segment, sealed: Arc::clone(sealed), entries });
            }
        }
        for (sheet, places) in self.sheets.iter_mut().zip(places) {
            Arc::make_mut(sheet).seal(SealedFrames::of(places));
        }
        self.segments = Arc::new(segments);
        Ok(())
    }

    /// Takes over where frames are after a checkpoint of an earlier state, `before`, which wrote it
    /// down as `sealed`. Frames that commits since then touched stay in memory.
    pub(crate) fn take_places(&mut self, before: &State, sealed: &State) {
        for ((sheet, before), sealed) in
            self.sheets.iter_mut().zip(&before.sheets).zip(&sealed.sheets)
        {
            if Arc::ptr_eq(sheet, before) {
                *sheet = Arc::clone(sealed);
            } else {
                Arc::make_mut(sheet).take_places(before, sealed);
            }
        }
        self.segments = Arc::clone(&sealed.segments);
        self.epoch = sealed.epoch;
    }

    /// Takes definitions in, and returns those that say anything new.
    pub(crate) fn define(
        &mut self,
        definitions: Vec<Definition>,
    ) -> Result<Vec<Definition>, CatalogueError> {
        let mut news = Vec::with_capacity(definitions.len());
        for definition in definitions {
            if !is_known(&self.catalogue, &definition) {
                // A definition that is refused may have changed something all the same.
                self.derived_of_catalogue = DerivedOfCatalogue::default();
                self.catalogue.define(definition.clone())?;
                news.push(definition);
            }
        }
        if self.groups.lacks(&self.catalogue) {
            Arc::make_mut(&mut self.groups).extend(&self.catalogue);
        }
        Ok(news)
    }

    /// Takes a commit of the log in, or says what does not fit about it.
    pub(crate) fn replay(&mut self, commit: &Commit) -> Result<(), Unfit> {
        let unfit = |what: &str| Unfit::Log(what.to_owned());
        self.define(commit.definitions.clone()).map_err(|error| Unfit::Log(error.to_string()))?;
        for text in &commit.strings {
            let expected = u32::try_from(self.strings.len()).ok();
            if Arc::make_mut(&mut self.strings).intern(text) != expected {
                return Err(Unfit::Log(format!("the text {text:?} is interned twice")));
            }
        }
        let (producer, batch) = commit.token;
        if producer != 0 {
            if self.strings.get(producer).is_none() {
                return Err(unfit("the producer has no such number"));
            }
            self.take_token(producer, batch);
        }
        self.record(&commit.rows, commit.recorded, &mut |_| ()).map_err(|error| match error {
            RecordError::Conflict { position, .. } => {
                Unfit::Log(format!("fact {position} contradicts an earlier one"))
            }
            RecordError::Row { row, what } => Unfit::Log(format!("fact {row}: {what}")),
            RecordError::Store(error) => Unfit::Store(error),
        })?;
        self.sequence = self.sequence.saturating_add(1);
        Ok(())
    }

    /// The last batch taken from a producer.
    pub(crate) fn last_batch(&self, producer: &str) -> Option<u64> {
        self.producers.get(&self.strings.number(producer)?).copied()
    }

    pub(crate) fn take_token(&mut self, producer: u32, batch: u64) {
        Arc::make_mut(&mut self.producers).insert(producer, batch);
    }

    pub(crate) fn sheet(&self, number: u32) -> Option<&Sheet> {
        self.sheets.get(usize::try_from(number).ok()?).map(AsRef::as_ref)
    }

    pub(crate) fn sheet_of(&self, key: &SheetKey) -> Option<&Sheet> {
        self.sheet(*self.index.get(key)?)
    }

    /// A frame, wherever it is; its checksum is looked at when it is first touched.
    #[inline]
    pub(crate) fn view<'a>(&'a self, place: Place<'a>) -> Result<FrameView<'a>, StoreError> {
        match place {
            Place::Fresh(frame) => frame.view(),
            Place::Sealed(location) => match self.sealed(location) {
                Some(sealed) => sealed.segment.frame(location.entry as usize),
                None => Err(FormatError::new(0, "a frame is in no segment")),
            },
        }
        .map_err(|error| self.corrupt(place, error))
    }

    /// What the directory says of a frame; `None` if that cannot be, as reading the frame then tells.
    pub(crate) fn entry<'a>(&'a self, place: Place<'a>) -> Option<&'a DirectoryEntry> {
        match place {
            Place::Fresh(frame) => Some(&frame.entry),
            Place::Sealed(location) => {
                self.sealed(location)?.segment.entry(location.entry as usize).ok()
            }
        }
    }

    /// Whether any cell of a frame has a value or is withdrawn, as far as the directory says.
    pub(crate) fn has_cells(&self, place: Place<'_>) -> bool {
        match place {
            Place::Fresh(frame) => frame.entry.has_cells(),
            Place::Sealed(location) => self
                .sealed(location)
                .is_some_and(|sealed| sealed.segment.has_cells(location.entry as usize)),
        }
    }

    /// What the directory says of the key that a frame leans on, if it does.
    pub(crate) fn key_entry(&self, place: Place<'_>) -> Option<&DirectoryEntry> {
        let Place::Sealed(location) = place else { return None };
        self.sealed(location)?.segment.key_entry(location.entry as usize)
    }

    /// What the directory says of a frame that is known, without reading it, to have no figures
    /// but actual ones printed exactly; `None` for others.
    #[inline]
    pub(crate) fn plain_entry<'a>(&'a self, place: Place<'a>) -> Option<&'a DirectoryEntry> {
        match place {
            Place::Fresh(frame) => (!frame.entry.has_details()).then_some(&frame.entry),
            Place::Sealed(location) => {
                self.sealed(location)?.segment.plain_entry(location.entry as usize)
            }
        }
    }

    /// Remembers of a frame that it has no others.
    pub(crate) fn set_plain(&self, place: Place<'_>) {
        if let Place::Sealed(location) = place
            && let Some(sealed) = self.sealed(location)
        {
            sealed.segment.set_plain(location.entry as usize);
        }
    }

    /// Frames in segments, superseded ones included.
    pub(crate) fn sealed_frames(&self) -> u64 {
        self.segments.iter().fold(0u64, |frames, sealed| {
            frames.saturating_add(crate::head::length(sealed.segment.frames()))
        })
    }

    #[inline]
    fn sealed(&self, location: Location) -> Option<&Sealed> {
        self.segments.get(usize::try_from(location.segment).ok()?).map(AsRef::as_ref)
    }

    /// A frame that cannot be read, with its file; the error counts bytes from the frame's first.
    pub(crate) fn damage(&self, place: Place<'_>, error: FormatError) -> StoreError {
        let start = self.entry(place).map_or(0, DirectoryEntry::offset_bytes);
        self.corrupt(place, error.within(start))
    }

    /// As [`State::damage`], but the error counts bytes from the file's first.
    fn corrupt(&self, place: Place<'_>, error: FormatError) -> StoreError {
        let sealed = match place {
            Place::Sealed(location) => self.sealed(location),
            Place::Fresh(_) => None,
        };
        let file = sealed.map_or_else(|| self.directory.join(HEAD), |sealed| sealed.file.clone());
        StoreError::Corrupt { file, offset: error.offset, what: error.what.into_owned() }
    }
}

/// Whether a catalogue has a definition as it is.
fn is_known(catalogue: &Catalogue, definition: &Definition) -> bool {
    match definition {
        Definition::Indicator(indicator) => {
            let known = catalogue.indicator_named(&indicator.name);
            known.and_then(|id| catalogue.get_indicator(id)) == Some(indicator)
        }
        Definition::Region(region) => {
            let named = region.clone().with_uid(region.uid());
            let known = catalogue.region_with_uid(&named.uid);
            known.and_then(|id| catalogue.get_region(id)) == Some(&named)
        }
        Definition::Milestone(milestone) => {
            let mut named = milestone.clone();
            named.id = milestone.id();
            let known = catalogue.milestone_with_id(&named.id);
            known.and_then(|id| catalogue.get_milestone(id)) == Some(&named)
        }
    }
}
