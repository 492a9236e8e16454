//! Where observations stand in the batches: one bit for each row says whether it is one.

/// Which rows of a piece are observations.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    words: Vec<u64>,
    rows: u64,
    observations: u64,
}

impl Marks {
    /// How many rows are observations.
    pub(crate) fn observations(&self) -> u64 {
        self.observations
    }

    /// Notes whether the next row is an observation.
    #[inline]
    pub(crate) fn push(&mut self, is_observation: bool) {
        let bit = u64::from(is_observation);
        match (self.words.last_mut(), self.rows % 64) {
            (Some(word), at @ 1..) => *word |= bit << at,
            _ => self.words.push(bit),
        }
        self.rows += 1;
        self.observations += bit;
    }

    /// The row of an observation.
    fn row(&self, observation: u64) -> Option<u64> {
        let mut before = observation;
        let mut first = 0;
        for &word in &self.words {
            let here = u64::from(word.count_ones());
            if before < here {
                // The lowest marks are taken away until it is the lowest.
                let word = (0..before).fold(word, |word, _| word & (word - 1));
                return Some(first + u64::from(word.trailing_zeros()));
            }
            before -= here;
            first += 64;
        }
        None
    }
}

/// Which rows of all pieces are observations.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pieces: Vec<Marks>,
    rows: u64,
    observations: u64,
}

impl Places {
    /// Takes the rows of the next piece.
    pub(crate) fn push(&mut self, marks: Marks) {
        self.rows += marks.rows;
        self.observations += marks.observations;
        self.pieces.push(marks);
    }

    /// How many pieces there are.
    pub(crate) fn pieces(&self) -> u64 {
        self.pieces.len() as u64
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// How many of them are observations.
    pub(crate) fn observations(&self) -> u64 {
        self.observations
    }

    /// The row of an observation.
    pub(crate) fn row(&self, observation: u64) -> Option<u64> {
        let mut before = observation;
        let mut first = 0;
        for marks in &self.pieces {
            if before < marks.observations {
                return Some(first + marks.row(before)?);
            }
            before -= marks.observations;
            first += marks.rows;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn observations_are_found_again(
            rows in proptest::collection::vec(any::<bool>(), 0..400),
            piece in 1..150_usize,
        ) {
            let mut places = Places::default();
            for piece in rows.chunks(piece) {
                let mut marks = Marks::default();
                for is_observation in piece {
                    marks.push(*is_observation);
                }
                places.push(marks);
            }
            prop_assert_eq!(places.rows(), rows.len() as u64);
            let observations = rows.iter().zip(0..).filter(|(is_observation, _)| **is_observation);
            let mut count = 0;
            for (_, row) in observations {
                prop_assert_eq!(places.row(count), Some(row));
                count += 1;
            }
            prop_assert_eq!((places.observations(), places.row(count)), (count, None));
        }
    }
}
