//! A measured quantity with its error.

use crate::measure::{Metres, SquareMetres};

/// A value and half the width of its 95 % interval, in the same unit. Both are finite and not negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured<T> {
    value: T,
    half_width_95: T,
}

/// A unit of measure that is a plain number inside.
pub trait Quantity: Copy {
    /// From the number.
    fn of(number: f64) -> Self;

    /// The number.
    fn number(self) -> f64;
}

impl<T: Quantity> Measured<T> {
    /// A value with its error. `None` where one of them is not finite or is negative.
    pub fn new(value: T, half_width_95: T) -> Option<Self> {
        let fits = |quantity: T| quantity.number().is_finite() && quantity.number() >= 0.0;
        (fits(value) && fits(half_width_95)).then_some(Self {
            value,
            half_width_95,
        })
    }

    /// For numbers of our own making, which are finite; what is not counts as zero.
    pub(super) fn of_finite(value: T, half_width_95: T) -> Self {
        let tame = |quantity: T| {
            let number = quantity.number();
            T::of(if number.is_finite() {
                number.max(0.0)
            } else {
                0.0
            })
        };
        Self {
            value: tame(value),
            half_width_95: tame(half_width_95),
        }
    }

    /// The value.
    pub fn value(&self) -> T {
        self.value
    }

    /// Half the width of the 95 % interval.
    pub fn half_width_95(&self) -> T {
        self.half_width_95
    }

    /// The lower end of the interval, not below zero.
    pub fn low(&self) -> T {
        T::of((self.value.number() - self.half_width_95.number()).max(0.0))
    }

    /// The upper end of the interval.
    pub fn high(&self) -> T {
        T::of(self.value.number() + self.half_width_95.number())
    }
}

impl Quantity for SquareMetres {
    fn of(number: f64) -> Self {
        Self(number)
    }

    fn number(self) -> f64 {
        self.0
    }
}

impl Quantity for Metres {
    fn of(number: f64) -> Self {
        Self(number)
    }

    fn number(self) -> f64 {
        self.0
    }
}
