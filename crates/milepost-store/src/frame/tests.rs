//! Laws of the frame codec as a whole.

use super::encode::{EncodeError, encode_as};
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Records with a few kinds of values, so that frames of every form come up.
fn records(style: u8) -> impl Strategy<Value = CellRecord> {
    let value = match style % 6 {
        0 => (0..5000_i64, Just(0u8)).boxed(),
        1 => ((0..900_i64).prop_map(|m| m * 1_000_000), Just(0)).boxed(),
        2 => (-999_999..999_999_i64, 0..3u8).boxed(),
        3 => (any::<i64>(), Just(4)).boxed(),
        4 => (any::<i64>(), any::<u8>()).boxed(),
        _ => (Just(7_i64), Just(0)).boxed(),
    };
    let value = if style.is_multiple_of(5) {
        value.prop_map(Some).boxed()
    } else {
        proptest::option::weighted(0.9, value).boxed()
    };
    let rich = style.is_multiple_of(2);
    let limit = |rich, limit| if rich { limit } else { 1u32 };
    (
        value,
        0..limit(rich, 1 << 26),
        proptest::option::of(if rich { -5_000_000..=5_000_000 } else { 19_000..=19_003 }),
        if rich { -5_000_000..=5_000_000 } else { 20_000..=20_000 },
        0..if rich { 4u8 } else { 1 },
        0..limit(rich, u32::MAX),
        0..limit(rich, 9),
    )
        .prop_map(|(value, status, published, recorded, precision, source, note)| CellRecord {
            value,
            status,
            published,
            recorded,
            precision,
            source,
            note,
        })
}

fn contents() -> impl Strategy<Value = FrameContent> {
    (any::<u8>(), 1..1025u16).prop_flat_map(|(style, cells)| {
        vec((0..cells, records(style)), 0..600).prop_map(move |facts| {
            let mut content = FrameContent::default();
            for (cell, record) in facts {
                // Contradictions change nothing, which is as good a content as any.
                let _ = content.insert(cell, record);
            }
            content
        })
    })
}

fn any_format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::One), Just(Format::Two)]
}

/// Full frames without holes, which random facts never fill.
fn full(mantissa: impl Fn(i64) -> (i64, u8)) -> FrameContent {
    let mut content = FrameContent::default();
    for cell in 0..1024u16 {
        let record = CellRecord {
            value: Some(mantissa(cell.into())),
            status: 0,
            published: None,
            recorded: 20_000,
            precision: 0,
            source: 0,
            note: 0,
        };
        content.insert(cell, record).unwrap();
    }
    content
}

fn sum(view: &FrameView<'_>) -> Option<i128> {
    view.sum_range(0..CELLS).map(|part| part.sum)
}

#[test]
fn what_is_constant_costs_nothing() {
    let frame = encode(&full(|_| (12, 0))).unwrap();
    assert_eq!(frame.bytes, [0], "the form alone");
    assert_eq!(sum(&frame.view().unwrap()), Some(12 * 1024));

    let millions = encode(&full(|m| (m * 1_000_000, 0))).unwrap();
    assert_eq!((millions.entry.scale, millions.entry.width), (-6, 10));
    assert_eq!(millions.bytes.len(), 1281);
    let empty = encode(&FrameContent::default()).unwrap();
    assert_eq!(empty.bytes, [2 << 6], "a list of no cells");
}

#[test]
fn every_width_of_payload_survives() {
    for width in 0..=64u32 {
        let top = (u128::from(u64::MAX) >> (64 - width)).cast_signed();
        let content = full(|cell| {
            let mantissa = i128::from(i64::MIN) + (top * i128::from(cell) / 1023);
            (i64::try_from(mantissa).unwrap(), 0)
        });
        let frame = encode(&content).unwrap();
        assert_eq!(u32::from(frame.entry.width), width);
        assert_eq!(frame.view().unwrap().decode().unwrap(), content);
        frame.view().unwrap().verify().unwrap();
    }
}

#[test]
fn a_withdrawn_cell_is_not_an_absent_one() {
    let mut content = FrameContent::default();
    let known = CellRecord {
        value: Some((5, 0)),
        status: 0,
        published: Some(100),
        recorded: 200,
        precision: 0,
        source: 0,
        note: 0,
    };
    content.insert(3, known).unwrap();
    content.insert(3, CellRecord { value: None, published: Some(150), ..known }).unwrap();
    let frame = encode(&content).unwrap();
    let view = frame.view().unwrap();
    assert_eq!(view.get(3).unwrap().unwrap().value, None);
    assert_eq!(view.get(4).unwrap(), None);
    assert_eq!(view.get(u16::MAX).unwrap(), None);
    assert_eq!(view.get_as_of(3, 99).unwrap(), None);
    assert_eq!(view.get_as_of(3, 149).unwrap(), Some(known));
    assert_eq!(view.get_as_of(3, 150).unwrap().unwrap().value, None);
    assert_eq!(view.history(3).unwrap(), [known]);
    assert_eq!(sum(&view), Some(0));
}

#[test]
fn scales_that_fit_no_common_one_are_kept_apart() {
    let content = full(|cell| if cell == 9 { (1, 19) } else { (cell, 0) });
    let frame = encode(&content).unwrap();
    let view = frame.view().unwrap();
    assert_eq!((sum(&view), view.sum_range(0..5)), (None, None));
    assert_eq!(view.get(9).unwrap().unwrap().value, Some((1, 19)));
    assert_eq!(view.get(8).unwrap().unwrap().value, Some((8, 0)));
    view.verify().unwrap();
}

#[test]
fn too_much_history_and_unknown_fields_are_refused() {
    let mut content = full(|m| (m, 0));
    let record = *content.get(0).unwrap();
    let history = |count| {
        (0..count).map(|day| HistoryRecord {
            cell: 0,
            record: CellRecord { published: Some(day - 4_000_000), ..record },
        })
    };
    let cells: Vec<_> = (0..1024).map(|cell| content.get(cell).copied()).collect();
    let fits = FrameContent::from_parts(cells.clone(), history(200_000).collect());
    encode(&fits).unwrap().view().unwrap().verify().unwrap();
    let long = FrameContent::from_parts(cells, history(270_000).collect());
    assert_eq!(encode(&long), Err(EncodeError::History { count: 270_000 }));

    let odd = CellRecord { precision: 4, published: Some(1_000_000), ..record };
    content.insert(7, odd).unwrap();
    assert_eq!(encode(&content), Err(EncodeError::Field { cell: 7 }));
}

/// Frames of one block of regions that are near each other by `noise` bits: holes, more regions
/// from one to the next, and now and then one that cannot be woven.
fn neighbours() -> impl Strategy<Value = Vec<FrameContent>> {
    let figure = (0..45u32, 0..40u32, any::<i64>().prop_map(|base| base >> 4), any::<u64>());
    let form = (1..1025usize, 0..3u8, 1..9usize);
    (figure, form, vec((0..40usize, any::<bool>()), 1..9)).prop_map(
        |((width, noise, base, seed), (regions, scale, more), frames)| {
            let mut state = seed;
            let mut random = |bits: u32| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ((state ^ (state >> 29)) & ((1 << bits) - 1)).cast_signed()
            };
            let sizes: Vec<i64> = (0..CELLS).map(|_| base.wrapping_add(random(width))).collect();
            let each = frames.into_iter().enumerate().map(|(number, (holes, is_plain))| {
                let mut content = FrameContent::default();
                for cell in (0..1024u16).take(regions + number * more) {
                    if holes > 0 && random(10) % 40 < i64::try_from(holes).unwrap() / 4 {
                        continue;
                    }
                    let value = sizes[usize::from(cell)].wrapping_add(random(noise));
                    let record = CellRecord {
                        value: Some((value, scale)),
                        status: u32::from(!is_plain && cell == 3),
                        published: is_plain.then_some(19_990),
                        recorded: 20_000,
                        precision: u8::from(holes % 7 == 1),
                        source: u32::from(holes % 5 == 1),
                        note: 0,
                    };
                    content.insert(cell, record).unwrap();
                }
                content
            });
            each.collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn frames_that_lean_say_what_was_put_in(contents in neighbours(), first in 0..30u32) {
        let shape = FrameShape::for_regions(CELLS);
        let number = |period: usize| (first + u32::try_from(period).unwrap()) * 512 + 3;
        let mut frames: Vec<Keyed> = Vec::new();
        for (period, content) in contents.iter().enumerate() {
            frames.push((7, number(period), encode(content).unwrap()));
        }
        let alone = frames.clone();
        weave(shape, &mut frames).unwrap();
        for (period, content) in contents.iter().enumerate() {
            let (_, _, frame) = &frames[period];
            let (body, tail) = frame.parts();
            let key = (frame.entry.lean > 0).then(|| {
                let (_, number, key) = &frames[period - usize::from(frame.entry.lean)];
                assert_eq!(shape.window(*number), shape.window(frames[period].1));
                assert!(frame.entry.fits_key(&key.entry));
                Key::new(&key.entry, &key.bytes).unwrap()
            });
            let view = FrameView::new(&frame.entry, body, tail, key).unwrap();
            prop_assert_eq!(&view.decode().unwrap(), content);
            view.verify().unwrap();
            prop_assert_eq!(&view.alone().unwrap(), &alone[period].2);
            prop_assert!(frame.bytes.len() <= alone[period].2.bytes.len());
            prop_assert_eq!(view.sum_range(0..CELLS), alone[period].2.view().unwrap().sum_range(0..CELLS));
            prop_assert_eq!(view.sum_range(1..999), alone[period].2.view().unwrap().sum_range(1..999));
            let written = DirectoryEntry::from_bytes(&frame.entry.to_bytes(), Format::Two, 0);
            prop_assert_eq!(written.unwrap(), frame.entry);
        }
    }
}

proptest! {
    #[test]
    fn frames_say_what_was_put_in(
        content in contents(),
        format in any_format(),
        day in -5_000_000..5_000_000,
        end in 0..1100usize,
    ) {
        let frame = encode_as(format, &content).unwrap();
        let view = frame.view().unwrap();
        prop_assert_eq!(&view.decode().unwrap(), &content);
        prop_assert_eq!(&encode_as(format, &view.decode().unwrap()).unwrap(), &frame);
        prop_assert_eq!(&view.alone().unwrap(), &encode(&content).unwrap());
        prop_assert!(frame.bytes.len() == frame.entry.frame_bytes());
        view.verify().unwrap();

        let mut mantissas = [0; CELLS];
        view.mantissas(&mut mantissas);
        let scale = sum(&view).map(|_| view.entry().scale);
        let mut total = 0;
        for cell in 0..1024u16 {
            let known = content.get(cell);
            prop_assert_eq!(view.get(cell).unwrap(), known.copied());
            let value = known.and_then(|record| record.value);
            prop_assert_eq!(view.values().contains(usize::from(cell)), value.is_some());
            prop_assert_eq!(
                view.withdrawn().contains(usize::from(cell)),
                known.is_some_and(|record| record.value.is_none())
            );
            let older = content.history_of(cell).iter().map(|known| known.record);
            let newest = older.chain(known.copied()).rfind(|record| record.knowledge() <= day);
            prop_assert_eq!(view.get_as_of(cell, day).unwrap(), newest);
            if let (Some(scale), Some(value)) = (scale, value) {
                prop_assert_eq!(super::scale::from_frame(mantissas[usize::from(cell)], scale), Some(value));
                if usize::from(cell) < end {
                    total += i128::from(mantissas[usize::from(cell)]);
                }
            }
        }
        if scale.is_some() {
            prop_assert_eq!(view.sum_range(0..end).unwrap().sum, total);
            prop_assert_eq!(view.sum_range(0..CELLS).unwrap().sum, view.entry().sum);
            let halves = [0..512, 512..CELLS].map(|half| view.sum_range(half).unwrap().sum);
            prop_assert_eq!(halves[0] + halves[1], view.entry().sum);
            prop_assert_eq!(view.sum_range(0..CELLS).unwrap().count, u32::from(view.entry().count));
        }
    }

    #[test]
    fn damaged_frames_never_panic(
        content in contents(),
        format in any_format(),
        flips in vec((any::<prop::sample::Index>(), 0..8u8), 1..4),
    ) {
        let frame = encode_as(format, &content).unwrap();
        let mut bytes = [frame.entry.to_bytes().as_slice(), &frame.bytes].concat();
        for (at, bit) in flips {
            bytes[at.index(frame.bytes.len() + 64)] ^= 1 << bit;
        }
        let (entry, bytes) = bytes.split_first_chunk().unwrap();
        let Ok(entry) = DirectoryEntry::from_bytes(entry, format, 0) else { return Ok(()) };
        let (body, tail) = bytes.split_at(entry.body_bytes().min(bytes.len()));
        let Ok(view) = FrameView::new(&entry, body, tail, None) else { return Ok(()) };
        for cell in [0, 5, 600, 1023, u16::MAX] {
            let _ = (view.get(cell), view.get_as_of(cell, 0), view.history(cell));
        }
        view.mantissas(&mut [0; CELLS]);
        let _ = (view.sum_range(3..900), view.uniform_status());
        if view.verify().is_ok() {
            // Valid again, so it is the one encoding of what it now says.
            let again = encode_as(format, &view.decode().unwrap()).unwrap();
            prop_assert!(again.bytes == bytes || entry.is_key());
        }
    }
}
