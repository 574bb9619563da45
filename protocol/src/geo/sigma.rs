//! How well positions are known.

/// Platforms report a 68 % radius; for a round normal error that is 1.51 times the error along one axis.
const RADIUS_68_TO_SIGMA: f64 = 1.5;
/// What a position is worth at best, m: no receiver of a phone is better, whatever it says.
const LEAST_SIGMA_M: f64 = 0.5;
/// Beyond this an accuracy says nothing any more, m.
const LARGEST_SIGMA_M: f64 = 10_000.0;

/// The standard error of a position along one axis, in metres. Finite and positive.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Sigma(f64);

impl Sigma {
    /// From metres; kept between 0.5 m and 10 km. `None` where it is not a number or is negative.
    pub fn from_metres(sigma_m: f64) -> Option<Self> {
        (sigma_m >= 0.0).then(|| Self(sigma_m.clamp(LEAST_SIGMA_M, LARGEST_SIGMA_M)))
    }

    /// From the accuracies (68 % radius, dm) of the fixes that make up a shape: their root mean square,
    /// divided by 1.5. `None` where there are none, or one is negative.
    pub fn from_accuracies_dm(accuracies_dm: impl IntoIterator<Item = i32>) -> Option<Self> {
        let (mut count, mut sum) = (0.0, 0.0);
        for accuracy_dm in accuracies_dm {
            if accuracy_dm < 0 {
                return None;
            }
            let accuracy_m = f64::from(accuracy_dm) / 10.0;
            (count, sum) = (count + 1.0, sum + accuracy_m * accuracy_m);
        }
        if count == 0.0 {
            return None;
        }
        Self::from_metres((sum / count).sqrt() / RADIUS_68_TO_SIGMA)
    }

    /// In metres.
    pub const fn metres(self) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracies_become_the_error_along_one_axis() {
        let sigma = Sigma::from_accuracies_dm([45, 45, 45]).expect("a number");
        assert!((sigma.metres() - 3.0).abs() < 1e-12);
        let mixed = Sigma::from_accuracies_dm([30, 60]).expect("a number");
        assert!(mixed > sigma, "the worse fixes weigh more");
        assert_eq!(Sigma::from_accuracies_dm([]), None);
        assert_eq!(Sigma::from_accuracies_dm([45, -1]), None);
        assert_eq!(Sigma::from_metres(f64::NAN), None);
        assert_eq!(Sigma::from_metres(0.0).map(Sigma::metres), Some(0.5));
        assert_eq!(
            Sigma::from_metres(f64::INFINITY).map(Sigma::metres),
            Some(10_000.0)
        );
    }
}
