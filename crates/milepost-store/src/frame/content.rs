use super::{CELLS, CellRecord, HistoryRecord};

/// The content of a frame in the form that commits change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FrameContent {
    /// The latest record of each of the 1,024 cells.
    cells: Vec<Option<CellRecord>>,
    /// Superseded records, by cell, then knowledge date, then publication.
    history: Vec<HistoryRecord>,
}

/// What an insertion did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// The cell was absent.
    New,
    /// The same fact was there; the first source and note stay.
    Same,
    /// The record is the cell's latest; the former one went to the history.
    Superseded,
    /// The record is older than the cell's latest and went to the history.
    History,
}

/// Another value, status or precision is known for the same publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// The record that stays.
    pub(crate) known: CellRecord,
}

impl Default for FrameContent {
    fn default() -> FrameContent {
        FrameContent { cells: vec![None; CELLS], history: Vec::new() }
    }
}

impl FrameContent {
    /// Takes a fact in, whatever the order in which the facts of a cell arrive.
    ///
    /// Facts of a cell are told apart by their publication date, "none" being one of them. A cell
    /// from 1,024 on does not exist: the record is dropped, and debug builds stop.
    pub(crate) fn insert(&mut self, cell: u16, record: CellRecord) -> Result<Inserted, Conflict> {
        debug_assert!(usize::from(cell) < CELLS, "cell {cell} of 1,024");
        let record = record.normalized();
        let Some(slot) = self.cells.get_mut(usize::from(cell)) else {
            return Ok(Inserted::Same);
        };
        let Some(latest) = slot else {
            *slot = Some(record);
            return Ok(Inserted::New);
        };
        let superseded = history_range(&self.history, cell);
        let mut known = self.history.get(superseded).unwrap_or_default().iter().map(|h| &h.record);
        if let Some(known) = std::iter::once(&*latest)
            .chain(&mut known)
            .find(|known| known.published == record.published)
        {
            return if known.agrees_with(&record) {
                Ok(Inserted::Same)
            } else {
                Err(Conflict { known: *known })
            };
        }
        let (older, inserted) = if record.order() > latest.order() {
            (std::mem::replace(latest, record), Inserted::Superseded)
        } else {
            (record, Inserted::History)
        };
        let older = HistoryRecord { cell, record: older };
        let position = self.history.partition_point(|known| known.order() < older.order());
        self.history.insert(position, older);
        Ok(inserted)
    }

    /// The latest record of a cell.
    #[cfg(test)]
    pub(crate) fn get(&self, cell: u16) -> Option<&CellRecord> {
        self.cells.get(usize::from(cell)).and_then(Option::as_ref)
    }

    /// The latest record of every cell that is not absent, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u16, &CellRecord)> {
        (0u16..).zip(&self.cells).filter_map(|(cell, record)| Some((cell, record.as_ref()?)))
    }

    /// The superseded records of all cells, by cell, then knowledge date.
    pub(crate) fn history(&self) -> &[HistoryRecord] {
        &self.history
    }

    /// The superseded records of one cell, oldest knowledge first.
    #[cfg(test)]
    pub(crate) fn history_of(&self, cell: u16) -> &[HistoryRecord] {
        self.history.get(history_range(&self.history, cell)).unwrap_or_default()
    }

    /// Content as a reader found it, whose rules the reader has checked.
    pub(super) fn from_parts(
        cells: Vec<Option<CellRecord>>,
        history: Vec<HistoryRecord>,
    ) -> FrameContent {
        debug_assert_eq!(cells.len(), CELLS);
        FrameContent { cells, history }
    }
}

fn history_range(history: &[HistoryRecord], cell: u16) -> std::ops::Range<usize> {
    let start = history.partition_point(|known| known.cell < cell);
    let end = history.partition_point(|known| known.cell <= cell);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(mantissa: i64, published: Option<i32>) -> CellRecord {
        CellRecord {
            value: Some((mantissa, 0)),
            status: 0,
            published,
            recorded: 100,
            precision: 0,
            source: 0,
            note: 0,
        }
    }

    #[test]
    fn revisions_supersede_and_late_news_go_to_the_history() {
        let mut content = FrameContent::default();
        assert_eq!(content.insert(5, record(1, Some(10))), Ok(Inserted::New));
        assert_eq!(content.insert(5, record(3, Some(30))), Ok(Inserted::Superseded));
        assert_eq!(content.insert(5, record(2, Some(20))), Ok(Inserted::History));
        assert_eq!(content.get(5).unwrap().value, Some((3, 0)));
        let older: Vec<_> = content.history_of(5).iter().map(|h| h.record.value).collect();
        assert_eq!(older, [Some((1, 0)), Some((2, 0))]);
        assert!(content.history_of(4).is_empty());
    }

    #[test]
    fn the_same_fact_twice_is_one_fact() {
        let mut content = FrameContent::default();
        let first = CellRecord { source: 4, ..record(175, Some(10)) };
        content.insert(0, first).unwrap();
        let again = CellRecord { value: Some((17_500, 2)), source: 9, recorded: 200, ..first };
        assert_eq!(content.insert(0, again), Ok(Inserted::Same));
        assert_eq!(content.get(0), Some(&first), "the first source stays");
        content.insert(0, record(180, Some(20))).unwrap();
        assert_eq!(content.insert(0, again), Ok(Inserted::Same), "also when superseded");
    }

    #[test]
    fn contradictions_are_refused_and_change_nothing() {
        let mut content = FrameContent::default();
        content.insert(0, record(1, None)).unwrap();
        content.insert(0, record(2, Some(200))).unwrap();
        let before = content.clone();
        let withdrawn = CellRecord { value: None, ..record(0, Some(200)) };
        for contradiction in [record(9, None), record(9, Some(200)), withdrawn] {
            assert!(content.insert(0, contradiction).is_err());
        }
        assert_eq!(content, before);
    }

    proptest! {
        #[test]
        fn arrival_order_does_not_matter(
            days in proptest::collection::btree_set(proptest::option::of(90..110i32), 1..8),
            seed: u64,
        ) {
            let facts: Vec<_> = (1..).zip(days).map(|(m, day)| record(m, day)).collect();
            let mut shuffled = facts.clone();
            shuffled.sort_by_key(|fact| seed.wrapping_mul(fact.order().0.unsigned_abs().into()));
            let content = |facts: &[CellRecord]| {
                let mut content = FrameContent::default();
                for fact in facts {
                    content.insert(3, *fact).unwrap();
                }
                content
            };
            prop_assert_eq!(content(&facts), content(&shuffled));
        }
    }
}
