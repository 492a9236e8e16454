//! A commit as the log holds it: facts, not cells (FORMAT.md, section 5).

use milepost_model::{Date, Decimal, Definition, Precision};

use super::{
    bytes::{Fields, length},
    wire,
};

/// One commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Commit {
    /// The day of the commit.
    pub(crate) recorded: i32,
    /// String number of the producer (0 for none), and the number of its batch.
    pub(crate) token: (u32, u64),
    pub(crate) definitions: Vec<Definition>,
    /// Texts that get the next string numbers.
    pub(crate) strings: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// One fact, its texts as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) indicator: u32,
    pub(crate) region: u32,
    pub(crate) first_day: i32,
    pub(crate) last_day: i32,
    pub(crate) scenario: u32,
    pub(crate) published: Option<i32>,
    /// Mantissa and decimals; `None` withdraws.
    pub(crate) value: Option<(i64, u8)>,
    pub(crate) status: u32,
    pub(crate) source: u32,
    pub(crate) note: u32,
    pub(crate) precision: Precision,
}

/// Bytes of a row.
const ROW: usize = 56;
const NOT_STATED: i32 = i32::MIN;

impl Commit {
    /// The payload of a log frame, or `None` if a part is longer than the format can state.
    pub(crate) fn encode(&self) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(self.rows.len().saturating_mul(ROW).saturating_add(64));
        out.extend_from_slice(&self.recorded.to_le_bytes());
        out.extend_from_slice(&self.token.0.to_le_bytes());
        out.extend_from_slice(&self.token.1.to_le_bytes());
        if self.definitions.is_empty() {
            put_length(&mut out, 0)?;
        } else {
            let definitions = wire::encode(super::FORMAT, &self.definitions).ok()?;
            put_length(&mut out, definitions.len())?;
            out.extend_from_slice(&definitions);
        }
        put_length(&mut out, self.strings.len())?;
        for text in &self.strings {
            put_length(&mut out, text.len())?;
            out.extend_from_slice(text.as_bytes());
        }
        put_length(&mut out, self.rows.len())?;
        for row in &self.rows {
            row.encode(&mut out);
        }
        Some(out)
    }

    /// Reads a payload; `None` if it does not follow the format to its last byte.
    pub(crate) fn decode(version: u32, payload: &[u8]) -> Option<Self> {
        let mut fields = Fields(payload);
        let recorded = Date::from_day_number(fields.i32()?)?.day_number();
        let token = (fields.u32()?, fields.u64()?);
        let bytes = fields.u32()?;
        let definitions = match fields.take(usize::try_from(bytes).ok()?)? {
            [] => Vec::new(),
            bytes => wire::decode(version, bytes).ok()?,
        };
        let count = fields.u32()?;
        let mut strings = Vec::new();
        for _ in 0..count {
            let bytes = fields.u32()?;
            let text = fields.take(usize::try_from(bytes).ok()?)?;
            strings.push(std::str::from_utf8(text).ok()?.to_owned());
        }
        let count = fields.u32()?;
        if length(fields.0.len()) != u64::from(count).checked_mul(length(ROW))? {
            return None;
        }
        let rows = fields.0.chunks_exact(ROW).map(Row::decode).collect::<Option<_>>()?;
        Some(Self { recorded, token, definitions, strings, rows })
    }
}

impl Row {
    fn encode(&self, out: &mut Vec<u8>) {
        let (mantissa, decimals) = self.value.unwrap_or_default();
        out.extend_from_slice(&self.indicator.to_le_bytes());
        out.extend_from_slice(&self.region.to_le_bytes());
        out.extend_from_slice(&self.first_day.to_le_bytes());
        out.extend_from_slice(&self.last_day.to_le_bytes());
        out.extend_from_slice(&self.scenario.to_le_bytes());
        out.extend_from_slice(&self.published.unwrap_or(NOT_STATED).to_le_bytes());
        out.extend_from_slice(&mantissa.to_le_bytes());
        out.extend_from_slice(&self.status.to_le_bytes());
        out.extend_from_slice(&self.source.to_le_bytes());
        out.extend_from_slice(&self.note.to_le_bytes());
        out.extend_from_slice(&[decimals, self.precision as u8, u8::from(self.value.is_some())]);
        out.extend_from_slice(&[0; 9]);
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let (indicator, region) = (fields.u32()?, fields.u32()?);
        let (first_day, last_day) = (fields.i32()?, fields.i32()?);
        let scenario = fields.u32()?;
        let published = match fields.i32()? {
            NOT_STATED => None,
            day => Some(Date::from_day_number(day)?.day_number()),
        };
        let mantissa = fields.i64()?;
        let status = fields.u32()?;
        let (source, note) = (fields.u32()?, fields.u32()?);
        let decimals = fields.u8()?;
        let precision = Precision::from_index(fields.u8()?)?;
        let value = match fields.u8()? {
            0 if (mantissa, decimals) == (0, 0) => None,
            1 => {
                Decimal::new(i128::from(mantissa), decimals).map(|_| Some((mantissa, decimals)))?
            }
            _ => return None,
        };
        fields.0.iter().all(|&byte| byte == 0).then_some(Self {
            indicator,
            region,
            first_day,
            last_day,
            scenario,
            published,
            value,
            status,
            source,
            note,
            precision,
        })
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) -> Option<()> {
    out.extend_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use milepost_model::Region;
    use proptest::prelude::*;

    fn commit() -> Commit {
        let row = Row {
            indicator: 1,
            region: 2,
            first_day: -3,
            last_day: 4,
            scenario: 5,
            published: None,
            value: Some((-6, 7)),
            status: 8,
            source: 9,
            note: 10,
            precision: Precision::Under,
        };
        let withdrawn = Row { published: Some(-1), value: None, ..row };
        Commit {
            recorded: 20_000,
            token: (11, u64::MAX),
            definitions: vec![Region::new("VN").into()],
            strings: vec!["Tổng cục Thống kê".to_owned(), "x".to_owned()],
            rows: vec![row, withdrawn],
        }
    }

    /// Definitions are stored as the model has them: a field added, dropped or moved there is
    /// another format.
    #[test]
    fn the_bytes_of_definitions_are_pinned() {
        use milepost_model::{Indicator, Milestone};
        let definitions: Vec<Definition> = vec![
            Indicator::ratio("coverage").unit("%").of("participants", "labour_force").into(),
            Region::new("VN-49")
                .label("vi", "Vĩnh Long")
                .level(1)
                .parent("VN")
                .valid_from("2025-07-01")
                .successor("~VN-50@2030")
                .into(),
            Milestone::new("Resolution 28").alias("28-NQ/TW").on("2018-05-23").into(),
        ];
        let bytes = wire::encode(1, &definitions).unwrap();
        let hash = crate::head::bytes::checksum(&bytes, 0);
        assert_eq!((bytes.len(), hash), (302, 0xdb31_4e91_2dca_3fbc));
        assert_eq!(wire::decode::<Vec<Definition>>(1, &bytes).unwrap(), definitions);
    }

    #[test]
    fn commits_round_trip() {
        let commit = commit();
        let bytes = commit.encode().unwrap();
        assert_eq!(Commit::decode(1, &bytes), Some(commit));
        for end in 0..bytes.len() {
            assert_eq!(Commit::decode(1, &bytes[..end]), None);
        }
        assert_eq!(Commit::default().encode().unwrap().len(), 28);
    }

    proptest! {
        #[test]
        fn whatever_is_decoded_is_encoded_alike(at in 0usize..400, byte: u8) {
            let mut bytes = commit().encode().unwrap();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            if let Some(commit) = Commit::decode(1, &bytes) {
                // A bincode option or text may have one form only, so this is an identity.
                prop_assert_eq!(commit.encode().unwrap(), bytes);
            }
        }
    }
}
