//! Is the error that we show the error there is? Walked boundaries with noise, many times over.

use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::plane::Plane;
use super::{Line, Point, Ring, Sigma};

/// A standard normal number (Box and Muller).
pub(super) fn normal(rng: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// The places of a shape, each moved by an error that stays correlated along the way over `length_m`.
fn walked(shape: &[(f64, f64)], sigma_m: f64, length_m: f64, rng: &mut ChaCha8Rng) -> Vec<Point> {
    let plane = Plane::at(Point::new(436_000_000, 1_160_000_000).expect("a place"));
    let (mut error, mut last) = ((0.0, 0.0), None);
    shape
        .iter()
        .map(|&(x, y)| {
            let kept = last.map_or(0.0, |(lx, ly): (f64, f64)| {
                let way_m = (x - lx).hypot(y - ly);
                if length_m > 0.0 {
                    (-way_m / length_m).exp()
                } else {
                    0.0
                }
            });
            let fresh = sigma_m * (1.0 - kept * kept).sqrt();
            error = (
                error.0 * kept + fresh * normal(rng),
                error.1 * kept + fresh * normal(rng),
            );
            last = Some((x, y));
            plane.place(geo::Coord {
                x: x + error.0,
                y: y + error.1,
            })
        })
        .collect()
}

/// `count` places along a rectangle, its corners among them.
fn rectangle(width_m: f64, height_m: f64, count: u32) -> Vec<(f64, f64)> {
    let perimeter = 2.0 * (width_m + height_m);
    (0..count)
        .map(|k| perimeter * f64::from(k) / f64::from(count))
        .map(|s| {
            let corners = [width_m, width_m + height_m, 2.0 * width_m + height_m];
            match s {
                s if s < corners[0] => (s, 0.0),
                s if s < corners[1] => (width_m, s - corners[0]),
                s if s < corners[2] => (corners[2] - s, height_m),
                s => (0.0, perimeter - s),
            }
        })
        .collect()
}

/// The 95 % half-width of the areas, in mu, and their mean.
fn simulate(shape: &[(f64, f64)], sigma_m: f64, length_m: f64, runs: u32) -> (f64, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(20);
    let areas: Vec<f64> = (0..runs)
        .filter_map(|_| Ring::new(&walked(shape, sigma_m, length_m, &mut rng)).ok())
        .map(|ring| ring.area().mu())
        .collect();
    let mean = areas.iter().sum::<f64>() / areas.len() as f64;
    let mut off: Vec<f64> = areas.iter().map(|area| (area - mean).abs()).collect();
    off.sort_by(f64::total_cmp);
    (off[off.len() * 95 / 100], mean)
}

/// The table of half-widths (mu, on 20.00 mu) by shape and by (sigma, correlation length), all in m.
#[test]
fn the_published_table_of_area_errors_is_found_again() {
    const CELLS: [(f64, f64); 5] = [
        (1.5, 85.0),
        (3.0, 0.0),
        (3.0, 85.0),
        (3.0, 500.0),
        (5.0, 85.0),
    ];
    let square = |count| rectangle(115.47, 115.47, count);
    let strip = |count| rectangle(326.6, 40.82, count);
    type Row = (Vec<(f64, f64)>, [f64; 5]);
    let table: [Row; 5] = [
        (square(4), [0.69, 1.46, 1.40, 0.89, 2.30]),
        (square(12), [0.74, 1.06, 1.39, 1.00, 2.59]),
        (square(40), [0.76, 0.61, 1.53, 1.08, 2.58]),
        (strip(36), [1.19, 1.07, 2.42, 2.40, 4.11]),
        (strip(72), [1.21, 0.77, 2.50, 2.38, 4.00]),
    ];
    for (shape, published) in table {
        for ((sigma_m, length_m), published) in CELLS.into_iter().zip(published) {
            let (half_width, mean) = simulate(&shape, sigma_m, length_m, 500);
            let cell = format!("{} vertices, sigma {sigma_m}, L {length_m}", shape.len());
            println!("{cell}: {half_width:.2} mu, published {published:.2}, mean {mean:.2}");
            let ratio = half_width / published;
            assert!(
                (0.8..=1.25).contains(&ratio),
                "{cell}: {half_width} for {published}"
            );
            assert!((mean - 20.0).abs() < 0.3, "{cell}: mean {mean}");
        }
    }
}

/// What is shown covers what is there, and is not more than a third too wide, for walked boundaries.
#[test]
fn the_shown_area_error_holds_for_walked_boundaries() {
    for (shape, count) in [
        (rectangle(115.47, 115.47, 40), 40),
        (rectangle(326.6, 40.82, 72), 72),
    ] {
        for sigma_m in [1.5, 3.0, 5.0] {
            let mut rng = ChaCha8Rng::seed_from_u64(count);
            let sigma = Sigma::from_metres(sigma_m).expect("a number");
            let (mut held, mut runs) = (0.0, 0.0);
            for _ in 0..300 {
                let Ok(ring) = Ring::new(&walked(&shape, sigma_m, 85.0, &mut rng)) else {
                    continue;
                };
                let measured = ring.measured_area(sigma);
                let holds = measured.low().mu() <= 20.0 && 20.0 <= measured.high().mu();
                (held, runs) = (held + f64::from(u8::from(holds)), runs + 1.0);
            }
            println!(
                "{count} vertices, sigma {sigma_m}: held {:.3} of {runs}",
                held / runs
            );
            assert!(held / runs >= 0.92, "{count} {sigma_m}: {}", held / runs);
        }
    }
}

/// The shown length error holds for straight, bent and winding ways, whatever the correlation.
#[test]
fn the_shown_length_error_holds() {
    let straight: Vec<(f64, f64)> = (0..21).map(|k| (f64::from(k) * 50.0, 0.0)).collect();
    let winding: Vec<(f64, f64)> = (0..41)
        .map(|k| (f64::from(k) * 25.0, 60.0 * (f64::from(k) * 0.7).sin()))
        .collect();
    let round: Vec<(f64, f64)> = (0..37)
        .map(|k| (f64::from(k) * 10.0).to_radians().sin_cos())
        .map(|(y, x)| (150.0 * x, 150.0 * y))
        .collect();
    let dense: Vec<(f64, f64)> = (0..301).map(|k| (f64::from(k) * 3.0, 0.0)).collect();
    let sigma = Sigma::from_metres(3.0).expect("a number");
    for (name, shape) in [
        ("straight", straight),
        ("winding", winding),
        ("round", round),
        ("dense", dense),
    ] {
        let truth: f64 = shape
            .windows(2)
            .map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))
            .sum();
        // Independent errors every 3 m are not what a moving receiver gives; see `length`.
        let shortest = if name == "dense" { 20.0 } else { 0.0 };
        for length_m in [shortest, 85.0, 500.0] {
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            let (mut held, mut width) = (0, 0.0);
            for _ in 0..300 {
                let line = Line::new(&walked(&shape, 3.0, length_m, &mut rng)).expect("a line");
                let measured = line.measured_length(sigma);
                held += i32::from((measured.value().0 - truth).abs() <= measured.half_width_95().0);
                width += measured.half_width_95().0 / 300.0;
            }
            println!("{name}, L {length_m}: held {held} of 300, +- {width:.1} m on {truth:.0} m");
            assert!(held >= 276, "{name}, L {length_m}: held {held} of 300");
        }
    }
}
