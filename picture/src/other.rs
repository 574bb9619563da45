//! PNG and WebP, whole: screenshots and what messengers send.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

use super::{DECODED_MAX_BYTES, Decoded, EDGE_MAX_PX, PictureError};

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PictureError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(EDGE_MAX_PX);
    limits.max_image_height = Some(EDGE_MAX_PX);
    limits.max_alloc = u64::try_from(DECODED_MAX_BYTES * 2).ok();
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let most = u64::try_from(DECODED_MAX_BYTES).unwrap_or(u64::MAX);
    if decoder.total_bytes() > most {
        let (width, height) = decoder.dimensions();
        return Err(PictureError::Large { width, height });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixels = DynamicImage::from_decoder(decoder)?.into_rgb8();
    Ok(Decoded {
        pixels,
        orientation,
    })
}
