//! JPEGs, decoded no larger than a thumbnail needs.

use image::RgbImage;
use image::metadata::Orientation;
use jpeg_decoder::{CodingProcess, Decoder, ImageInfo, PixelFormat};

use super::{DECODED_MAX_BYTES, Decoded, EDGE_MAX_PX, PictureError};

/// Scans of a progressive JPEG: cameras write about ten, and each goes over all blocks again.
const SCANS_MAX: usize = 64;
/// Pixels of a JPEG that can be decoded within a second.
const PIXELS_MAX: u64 = 80_000_000;
/// Coefficients of a progressive JPEG are kept whole: two bytes each, three to a pixel.
const COEFFICIENT_BYTES_PER_PIXEL: u64 = 6;
/// Most memory for them.
const COEFFICIENTS_MAX_BYTES: u64 = 40 * 1024 * 1024;

/// Decodes a JPEG so that its longest edge is at least twice `edge_px`, where it was as long.
pub(super) fn decode(bytes: &[u8], edge_px: u32) -> Result<Decoded, PictureError> {
    let scans = scans(bytes);
    if scans > SCANS_MAX {
        return Err(PictureError::Scans(scans));
    }
    let mut decoder = Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(DECODED_MAX_BYTES);
    decoder.read_info()?;
    let info = decoder
        .info()
        .ok_or_else(|| jpeg_decoder::Error::Format("no frame".to_owned()))?;
    check(&info)?;
    let wanted = u16::try_from(edge_px.saturating_mul(2)).unwrap_or(u16::MAX);
    let (width, height) = decoder.scale(wanted, wanted)?;
    let pixels = decoder.decode()?;
    let orientation = decoder
        .exif_data()
        .and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms);
    let pixels = match info.pixel_format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => pixels.into_iter().flat_map(|grey| [grey; 3]).collect(),
        other => return Err(PictureError::PixelKind(other)),
    };
    let (width, height) = (u32::from(width), u32::from(height));
    let pixels = RgbImage::from_raw(width, height, pixels);
    let pixels = pixels.ok_or(PictureError::Large { width, height })?;
    Ok(Decoded {
        pixels,
        orientation,
    })
}

fn check(info: &ImageInfo) -> Result<(), PictureError> {
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let pixels = u64::from(width) * u64::from(height);
    let progressive = info.coding_process != CodingProcess::DctSequential;
    let coefficients = pixels * COEFFICIENT_BYTES_PER_PIXEL;
    let too_large = width.max(height) > EDGE_MAX_PX
        || pixels > PIXELS_MAX
        || (progressive && coefficients > COEFFICIENTS_MAX_BYTES);
    match too_large {
        true => Err(PictureError::Large { width, height }),
        false => Ok(()),
    }
}

/// How often a scan begins. A picture within the EXIF block may count as well: never too few.
fn scans(bytes: &[u8]) -> usize {
    bytes
        .windows(2)
        .filter(|pair| *pair == [0xff, 0xda])
        .count()
}
