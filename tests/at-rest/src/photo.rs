//! A photo that nobody else has: noise, with words in a comment.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageError};

/// What the comment in the photo says.
pub const COMMENT: &str = "canary-of-the-photo-Erdenebulag";
/// Pixels across and down.
const SIZE_PX: (u32, u32) = (640, 480);

/// A photo that follows from a number.
pub fn photo(seed: u32) -> Result<Vec<u8>, ImageError> {
    let mut state = seed;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let (width, height) = SIZE_PX;
    let pixels: Vec<u8> = (0..width * height * 3).map(|_| noise()).collect();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 60).encode(
        &pixels,
        width,
        height,
        ExtendedColorType::Rgb8,
    )?;
    let words = COMMENT.as_bytes();
    let len = u16::try_from(words.len() + 2).unwrap_or(2).to_be_bytes();
    // Behind the two bytes with which every JPEG begins.
    let comment = [&[0xff, 0xfe], len.as_slice(), words].concat();
    jpeg.splice(2..2, comment);
    Ok(jpeg)
}
