//! Small pictures of large ones, within limits: a file that claims a million pixels a side is refused
//! before any of them is decoded.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageReader, Limits};

/// Largest file that is looked at, bytes.
pub(super) const FILE_LEN_MAX: u64 = 32 * 1024 * 1024;
const SIDE_PX_MAX: u32 = 12_000;
const PIXELS_MAX: u64 = 60_000_000;
const MEMORY_MAX: u64 = 256 * 1024 * 1024;
const SMALL_SIDE_PX: u32 = 480;
const JPEG_QUALITY: u8 = 80;

/// A JPEG at most 480 pixels a side; `None` for what is no picture or beyond the limits.
pub(super) fn shrink(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = reader(bytes)?.into_dimensions().ok()?;
    if u64::from(size.0).checked_mul(u64::from(size.1))? > PIXELS_MAX {
        return None;
    }
    let picture = reader(bytes)?.decode().ok()?;
    let small = picture.thumbnail(SMALL_SIDE_PX, SMALL_SIDE_PX).into_rgb8();
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
    small.write_with_encoder(encoder).ok()?;
    Some(out)
}

fn reader(bytes: &[u8]) -> Option<ImageReader<Cursor<&[u8]>>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PX_MAX);
    limits.max_image_height = Some(SIDE_PX_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    reader.limits(limits);
    Some(reader)
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let picture = RgbImage::from_pixel(width, height, image::Rgb([90, 120, 40]));
        picture.write_to(&mut out, ImageFormat::Png).expect("png");
        out.into_inner()
    }

    #[test]
    fn a_large_picture_becomes_a_small_jpeg() {
        let small = shrink(&png(1_200, 800)).expect("a picture");
        let size = reader(&small)
            .expect("jpeg")
            .into_dimensions()
            .expect("size");
        assert_eq!(size, (480, 320));
        assert_eq!(small.get(..2), Some([0xff, 0xd8].as_slice()));
    }

    #[test]
    fn what_is_no_picture_or_claims_too_much_is_refused() {
        assert_eq!(shrink(b"not a picture"), None);
        let mut huge = png(1, 1);
        // The width in the header of a PNG, with a million pixels claimed.
        huge.splice(16..20, 1_000_000_u32.to_be_bytes());
        assert_eq!(shrink(&huge), None);
    }
}
