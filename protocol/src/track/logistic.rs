//! The logistic function and its inverse as integer tables, made at compile time by integer arithmetic.

/// Largest argument of [`squash`]: 8 nats in 1/256.
pub(super) const DOMAIN_MAX: i32 = 2047;

/// exp(-1/256) * 2^62.
const EXP_STEP: u128 = 4_593_706_758_521_714_574;

static SQUASH: [u16; 4096] = squash_table();
static STRETCH: [i16; 4096] = stretch_table();

/// 65536 / (1 + exp(-x/256)), within 22 ..= 65514; `x` is clamped to +-[`DOMAIN_MAX`].
#[inline]
pub(super) fn squash(x: i32) -> u32 {
    let index = (x.clamp(-DOMAIN_MAX, DOMAIN_MAX) + 2048) as usize;
    u32::from(SQUASH[index & 4095])
}

/// ln(p / (1 - p)) in 1/256 for a probability in 1/65536.
#[inline]
pub(super) fn stretch(p16: u32) -> i32 {
    i32::from(STRETCH[(p16 >> 4) as usize & 4095])
}

const fn squash_table() -> [u16; 4096] {
    const ONE: u128 = 1 << 62;
    let mut table = [0_u16; 4096];
    let mut exp = ONE;
    let mut x = 0;
    while x < 2048 {
        let high = (65_536 * ONE + (ONE + exp) / 2) / (ONE + exp);
        let high = if high > 65_535 { 65_535 } else { high };
        table[2048 + x] = high as u16;
        table[2048 - x] = (65_536 - high) as u16;
        exp = (exp * EXP_STEP) >> 62;
        x += 1;
    }
    table[0] = table[1];
    table
}

const fn stretch_table() -> [i16; 4096] {
    let squash = squash_table();
    let mut table = [0_i16; 4096];
    let mut index = 1;
    let mut p = 0;
    while p < 4096 {
        let middle = (p * 16 + 8) as u16;
        while index < 4095 && squash[index] < middle {
            index += 1;
        }
        table[p] = index as i16 - 2048;
        p += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_follow_the_real_function() {
        for x in -DOMAIN_MAX..=DOMAIN_MAX {
            let real = 65_536.0 / (1.0 + (-f64::from(x) / 256.0).exp());
            assert!((f64::from(squash(x)) - real).abs() <= 1.0, "{x}");
        }
        for p in (64..65_472).step_by(7) {
            let real = (f64::from(p) / (65_536.0 - f64::from(p))).ln() * 256.0;
            let allowed = 3.0 + 256.0 * 16.0 / f64::from(p.min(65_536 - p));
            assert!((f64::from(stretch(p)) - real).abs() <= allowed, "{p}");
        }
    }
}
