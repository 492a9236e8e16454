//! A file in blocks of whole records, so that many threads can read it.

use std::io::{self, Read};

use crate::records::{RECORD_BYTES_MAX, count};

/// Bytes of a block: small enough to stay in the cache of the core that reads it.
pub(super) const BLOCK_BYTES: usize = 1 << 20;

/// The blocks of a file from the first record after the header on.
#[derive(Debug)]
pub(super) struct Blocks<R> {
    input: R,
    block_bytes: usize,
    /// The beginning of the next block.
    rest: Vec<u8>,
    next: u64,
    is_done: bool,
}

impl<R: Read> Blocks<R> {
    /// Blocks of about this size, which grow where a record is longer.
    pub(super) fn new(input: R, block_bytes: usize) -> Self {
        Self { input, block_bytes, rest: Vec::new(), next: 0, is_done: false }
    }

    /// Puts the next block into `block` and gives its number; `None` at the end of the file.
    ///
    /// It ends where a record does, except for the last one, and one with a record that is longer
    /// than any may be: after that nothing is read.
    pub(super) fn next(&mut self, block: &mut Vec<u8>) -> io::Result<Option<u64>> {
        block.clear();
        block.append(&mut self.rest);
        let mut wanted = self.block_bytes;
        while !self.is_done {
            let room = wanted.saturating_sub(block.len());
            block.reserve(room);
            let read = self.input.by_ref().take(room as u64).read_to_end(block)?;
            if read < room {
                self.is_done = true;
            } else if let Some(end) = end_of_records(block) {
                self.rest.extend_from_slice(block.get(end..).unwrap_or_default());
                block.truncate(end);
                break;
            } else if block.len() > RECORD_BYTES_MAX + 1 {
                self.is_done = true;
            }
            wanted = wanted.saturating_mul(2);
        }
        if block.is_empty() {
            return Ok(None);
        }
        self.next += 1;
        Ok(Some(self.next - 1))
    }
}

/// Where the last record that is whole ends: after the last line end with an even number of
/// quotes before it.
fn end_of_records(block: &[u8]) -> Option<usize> {
    let mut quotes = count(block, b'"');
    if quotes == 0 {
        return block.iter().rposition(|&byte| byte == b'\n').map(|at| at + 1);
    }
    for (at, &byte) in block.iter().enumerate().rev() {
        match byte {
            b'"' => quotes -= 1,
            b'\n' if quotes.is_multiple_of(2) => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn blocks(file: &[u8], block_bytes: usize) -> Vec<String> {
        let mut blocks = Blocks::new(file, block_bytes);
        let (mut all, mut block) = (Vec::new(), Vec::new());
        while let Some(number) = blocks.next(&mut block).unwrap() {
            assert_eq!(number, all.len() as u64);
            all.push(String::from_utf8(block.clone()).unwrap());
        }
        all
    }

    #[test]
    fn blocks_end_where_records_do() {
        let file = b"a,b\nc,\"d\ne\"\nf,g\nh";
        assert_eq!(blocks(file, 9), ["a,b\n", "c,\"d\ne\"\n", "f,g\nh"]);
        assert_eq!(blocks(file, 100), ["a,b\nc,\"d\ne\"\nf,g\nh"]);
        assert_eq!(blocks(b"", 9), [""; 0]);
        let endless = "\"".to_owned() + &"x\n".repeat(RECORD_BYTES_MAX);
        assert_eq!(blocks(endless.as_bytes(), 1 << 20).len(), 1, "what follows is not read");
    }

    proptest! {
        #[test]
        fn blocks_are_the_file(file in "[a\",\n]{0,60}", block_bytes in 1..20usize) {
            prop_assert_eq!(blocks(file.as_bytes(), block_bytes).concat(), file);
        }
    }
}
