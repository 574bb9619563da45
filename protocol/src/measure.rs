//! Units of measure as types, and how they are shown.

/// Square metres in one mu (亩): 10000/15.
pub const M2_PER_MU: f64 = 10_000.0 / 15.0;

/// An area on the ellipsoid, in square metres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct SquareMetres(pub f64);

impl SquareMetres {
    /// In hectares (10,000 m2).
    pub fn hectares(self) -> f64 {
        self.0 / 10_000.0
    }

    /// In mu (亩), 1 mu = 10000/15 m2.
    pub fn mu(self) -> f64 {
        self.0 / M2_PER_MU
    }

    /// From mu.
    pub fn from_mu(mu: f64) -> Self {
        Self(mu * M2_PER_MU)
    }
}

/// A length on the ellipsoid, in metres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Metres(pub f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_mu_is_a_square_of_115_metres() {
        let plot = SquareMetres::from_mu(20.0);
        assert!((plot.0 - 13_333.333).abs() < 0.001);
        assert!((plot.mu() - 20.0).abs() < 1e-12);
        assert!((plot.hectares() - 1.3333).abs() < 1e-4);
    }
}
