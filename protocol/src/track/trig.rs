//! Sine and cosine of whole degrees, and of latitudes, as integers in 1/65536.
//!
//! The tables are made at compile time from integer arithmetic, so that two machines cannot disagree.

/// One in the unit of this module.
pub(super) const ONE: i64 = 65_536;

static SINE: [i32; 91] = sine_table();

/// Sine of whole degrees; any angle.
#[inline]
pub(super) fn sine(degrees: i32) -> i64 {
    let angle = degrees.rem_euclid(360);
    let (folded, sign) = if angle < 180 {
        (angle, 1)
    } else {
        (angle - 180, -1)
    };
    let index = if folded <= 90 { folded } else { 180 - folded };
    sign * i64::from(SINE[index as usize])
}

/// Cosine of whole degrees; any angle.
#[inline]
pub(super) fn cosine(degrees: i32) -> i64 {
    sine(degrees.wrapping_add(90).rem_euclid(360))
}

/// Cosine of a latitude, interpolated between whole degrees, never below 1/1024.
pub(super) fn cosine_of_latitude(lat_e7: i32) -> i64 {
    const DEGREE: i64 = 10_000_000;
    let angle = i64::from(lat_e7).abs().min(90 * DEGREE);
    let whole = (angle / DEGREE) as i32;
    let part = angle % DEGREE;
    let value = (cosine(whole) * (DEGREE - part) + cosine(whole + 1) * part) / DEGREE;
    value.max(ONE / 1024)
}

/// The angle-sum rule from the sine and cosine of one degree, in 2^-60.
const fn sine_table() -> [i32; 91] {
    const SIN_1: i128 = 20_121_254_688_683_129;
    const COS_1: i128 = 1_152_745_909_077_394_653;
    let mut table = [0_i32; 91];
    let (mut sin, mut cos) = (0_i128, 1_i128 << 60);
    let mut degree = 0;
    while degree <= 90 {
        table[degree] = ((sin + (1 << 43)) >> 44) as i32;
        let next = (sin * COS_1 + cos * SIN_1) >> 60;
        cos = (cos * COS_1 - sin * SIN_1) >> 60;
        sin = next;
        degree += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_degrees_match_f64_to_the_last_digit() {
        for degrees in -720..=720 {
            let angle = f64::from(degrees).to_radians();
            assert_eq!(
                sine(degrees),
                (angle.sin() * 65_536.0).round() as i64,
                "{degrees}"
            );
            assert_eq!(
                cosine(degrees),
                (angle.cos() * 65_536.0).round() as i64,
                "{degrees}"
            );
        }
    }

    #[test]
    fn latitudes_match_f64_within_a_hundredth_of_a_percent() {
        for lat_e7 in (-890_000_000..=890_000_000).step_by(12_345_678) {
            let real = (f64::from(lat_e7) * 1e-7).to_radians().cos();
            let ours = cosine_of_latitude(lat_e7) as f64 / 65_536.0;
            assert!((ours - real).abs() < 1e-4, "{lat_e7}: {ours} {real}");
        }
    }
}
