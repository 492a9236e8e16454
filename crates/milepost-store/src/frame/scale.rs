//! Decimal scales: a value is `mantissa * 10^-scale`.

/// The coarsest scale of a frame: no i64 has more than 18 trailing zeros.
pub(super) const COARSEST: i8 = -18;

/// Lowest terms with a scale of at least 0, the form in which a cell shows its value.
pub(super) fn normalize(mut mantissa: i64, mut scale: u8) -> (i64, u8) {
    if mantissa == 0 {
        return (0, 0);
    }
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale = scale.saturating_sub(1);
    }
    (mantissa, scale)
}

/// The value of a frame's mantissa in lowest terms, or `None` if it fits no i64.
#[inline]
pub(super) fn from_frame(mantissa: i64, scale: i8) -> Option<(i64, u8)> {
    match u8::try_from(scale) {
        Ok(0) => Some((mantissa, 0)),
        Ok(scale) => Some(normalize(mantissa, scale)),
        Err(_) => {
            let factor = 10_i64.checked_pow(u32::from(scale.unsigned_abs()))?;
            Some((mantissa.checked_mul(factor)?, 0))
        }
    }
}

/// The mantissa of a value in lowest terms at a frame's scale, or `None` if it is not whole or
/// fits no i64.
#[inline]
pub(super) fn to_frame((mantissa, scale): (i64, u8), frame_scale: i8) -> Option<i64> {
    let shift = i32::from(frame_scale).saturating_sub(i32::from(scale));
    if shift == 0 || mantissa == 0 {
        return Some(mantissa);
    }
    let factor = 10_i64.checked_pow(shift.unsigned_abs())?;
    if shift > 0 {
        mantissa.checked_mul(factor)
    } else {
        (mantissa.checked_rem(factor)? == 0).then(|| mantissa.checked_div(factor))?
    }
}

/// The coarsest scale at which all values (in lowest terms) are whole, or `None` if it is finer
/// than a frame can state.
pub(super) fn coarsest(values: impl Iterator<Item = (i64, u8)>) -> Option<i8> {
    let mut coarsest: Option<i8> = None;
    for (mantissa, scale) in values {
        if mantissa == 0 {
            continue;
        }
        let scale = i8::try_from(scale).ok()?;
        if scale == 0 {
            // Only as many zeros count as the values before have.
            let needed = coarsest.unwrap_or(COARSEST);
            if needed < 0 {
                coarsest = Some(needed.max(whole_scale(mantissa, needed)));
            }
        } else {
            coarsest = Some(coarsest.map_or(scale, |coarsest| coarsest.max(scale)));
        }
    }
    Some(coarsest.unwrap_or(0))
}

/// Minus the number of trailing zeros, but not below `at_least`.
fn whole_scale(mut mantissa: i64, at_least: i8) -> i8 {
    let mut scale: i8 = 0;
    while scale > at_least && mantissa % 10 == 0 {
        mantissa /= 10;
        scale = scale.saturating_sub(1);
    }
    scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coarsest_scale_that_fits_all() {
        let coarsest = |values: &[(i64, u8)]| super::coarsest(values.iter().copied());
        assert_eq!(coarsest(&[]), Some(0));
        assert_eq!(coarsest(&[(0, 0)]), Some(0));
        assert_eq!(coarsest(&[(5_000_000, 0), (12_000_000, 0)]), Some(-6));
        assert_eq!(coarsest(&[(5_000_000, 0), (0, 0), (120, 0)]), Some(-1));
        assert_eq!(coarsest(&[(17, 0), (1749, 2), (5, 1)]), Some(2));
        assert_eq!(coarsest(&[(1749, 2), (1_000_000, 0)]), Some(2));
        assert_eq!(coarsest(&[(1_000_000_000_000_000_000, 0)]), Some(-18));
        assert_eq!(coarsest(&[(1, 200)]), None);
    }

    #[test]
    fn frame_mantissas_lead_back() {
        for (value, scale, mantissa) in [
            ((1749, 2), 2, 1749),
            ((17, 0), 2, 1700),
            ((-175, 1), 3, -17_500),
            ((12_000_000, 0), -6, 12),
            ((0, 0), 127, 0),
        ] {
            assert_eq!(to_frame(value, scale), Some(mantissa));
            assert_eq!(from_frame(mantissa, scale), Some(value));
        }
        assert_eq!(to_frame((i64::MAX, 0), 1), None);
        assert_eq!(to_frame((1, 0), 127), None);
        assert_eq!(to_frame((15, 0), -1), None);
        assert_eq!(from_frame(i64::MAX, -1), None);
        assert_eq!(normalize(17_500, 3), (175, 1));
    }
}
