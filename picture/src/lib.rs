//! Thumbnails, made from photos that somebody else may have made to do harm.
//!
//! You are here because you hold the bytes of a photo and want a small JPEG of it, on a phone or at the
//! centre. [`thumbnail`] never takes more than about 60 MiB or a second for a file of up to 32 MiB: JPEGs are
//! decoded at an eighth, a quarter or a half of their size, so a photo of 50 megapixels is no trouble, and
//! whatever claims too much is refused before its pixels are decoded. A photo without a thumbnail is evidence
//! all the same; originals are never altered here.

mod jpeg;
mod other;
mod small;

pub use small::ShrinkError;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageError, RgbImage};

/// Longest edge of a thumbnail that a phone makes, pixels.
pub const THUMB_EDGE_PX: u32 = 320;
/// Largest file that is looked at, bytes.
pub const FILE_LEN_MAX: usize = 32 * 1024 * 1024;
/// Longest edge of a picture that is read, pixels.
const EDGE_MAX_PX: u32 = 16_384;
/// Most bytes that decoded pixels may take.
const DECODED_MAX_BYTES: usize = 20 * 1024 * 1024;
/// JPEG quality: about 15 kB for a photo at 320 pixels.
const QUALITY: u8 = 72;

/// Why there is no thumbnail.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file is longer than is looked at.
    #[error("a file of {len} bytes, at most {FILE_LEN_MAX} are looked at")]
    Long {
        /// Its length, bytes.
        len: usize,
    },
    /// Its pixels would take more memory than there is for them.
    #[error("a picture of {width} x {height} pixels is beyond the limits")]
    Large {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// A JPEG with so many passes that decoding it would take for ever.
    #[error("a JPEG of {0} scans is beyond the limits")]
    Scans(usize),
    /// A JPEG that cannot be read.
    #[error("reading the JPEG")]
    Jpeg(#[from] jpeg_decoder::Error),
    /// Pixels of a kind that photos do not have.
    #[error("pixels of the kind {0:?}")]
    PixelKind(jpeg_decoder::PixelFormat),
    /// Not a picture that is known here, or damaged.
    #[error("reading the picture")]
    Read(#[from] ImageError),
    /// The beginning of the file could not be looked at.
    #[error("finding out what picture it is")]
    Format(#[from] std::io::Error),
    /// It could not be made smaller.
    #[error("making the picture smaller")]
    Shrink(#[from] ShrinkError),
}

/// A picture and how the camera was held.
struct Decoded {
    pixels: RgbImage,
    orientation: Orientation,
}

/// A JPEG whose longest edge is at most `edge_px`, turned the way the camera was held.
pub fn thumbnail(bytes: &[u8], edge_px: u32) -> Result<Vec<u8>, PictureError> {
    if bytes.len() > FILE_LEN_MAX {
        return Err(PictureError::Long { len: bytes.len() });
    }
    let decoded = match bytes.starts_with(&[0xff, 0xd8]) {
        true => jpeg::decode(bytes, edge_px)?,
        false => other::decode(bytes)?,
    };
    let small = small::shrink(decoded.pixels, edge_px)?;
    let mut small = DynamicImage::ImageRgb8(small);
    small.apply_orientation(decoded.orientation);
    let small = small.into_rgb8();
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, QUALITY).encode(
        small.as_raw(),
        small.width(),
        small.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(out)
}

#[cfg(test)]
mod tests;
