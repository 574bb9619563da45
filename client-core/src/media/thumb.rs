//! Thumbnails: small JPEGs made on the phone, within fixed limits of pixels and memory.

use std::io::Cursor;

use fast_image_resize::images::Image;
use fast_image_resize::{ImageBufferError, PixelType, ResizeError, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder as _, ImageError, ImageReader, Limits};

/// Longest edge of a thumbnail, pixels.
pub const THUMB_EDGE_PX: u32 = 320;
/// Longest edge of a picture that is read, pixels.
const EDGE_MAX_PX: u32 = 16_384;
/// Most memory that decoding may take.
const MEMORY_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// JPEG quality: about 15 kB for a photo.
const QUALITY: u8 = 72;

/// Why there is no thumbnail.
#[derive(Debug, thiserror::Error)]
pub enum ThumbError {
    /// Not a picture, or one beyond the limits.
    #[error("reading the picture")]
    Read(#[from] ImageError),
    /// The bytes could not be looked at.
    #[error("finding out what picture it is")]
    Format(#[from] std::io::Error),
    /// It could not be made smaller.
    #[error("making the picture smaller")]
    Resize(#[from] ResizeError),
    /// The pixels do not fill the picture.
    #[error("pixels do not fit the picture")]
    Pixels(#[source] Option<ImageBufferError>),
}

/// Makes a thumbnail, turned the way the camera was held.
pub fn thumbnail(bytes: &[u8]) -> Result<Vec<u8>, ThumbError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(EDGE_MAX_PX);
    limits.max_image_height = Some(EDGE_MAX_PX);
    limits.max_alloc = Some(MEMORY_MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder)?.into_rgb8();
    let small = shrink(picture)?;
    let mut small = DynamicImage::ImageRgb8(small);
    small.apply_orientation(orientation);
    let small = small.into_rgb8();
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    encoder.encode(
        small.as_raw(),
        small.width(),
        small.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(out)
}

fn shrink(picture: image::RgbImage) -> Result<image::RgbImage, ThumbError> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= THUMB_EDGE_PX {
        return Ok(picture);
    }
    let scaled = |edge: u32| {
        let scaled = u64::from(edge) * u64::from(THUMB_EDGE_PX) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(1).max(1)
    };
    let (to_width, to_height) = (scaled(width), scaled(height));
    let from = Image::from_vec_u8(width, height, picture.into_raw(), PixelType::U8x3);
    let from = from.map_err(|e| ThumbError::Pixels(Some(e)))?;
    let mut to = Image::new(to_width, to_height, PixelType::U8x3);
    Resizer::new().resize(&from, &mut to, None)?;
    image::RgbImage::from_raw(to_width, to_height, to.into_vec()).ok_or(ThumbError::Pixels(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 256) as u8, (y % 256) as u8, 90])
        });
        let mut out = Vec::new();
        JpegEncoder::new(&mut out)
            .encode(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
            .expect("encodes");
        out
    }

    fn size(bytes: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory(bytes).expect("a picture");
        (picture.width(), picture.height())
    }

    /// Puts an EXIF block with one orientation entry behind the start of a JPEG.
    fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        tiff.push(orientation);
        tiff.extend([0, 0, 0, 0, 0, 0]);
        let block = [b"Exif\0\0".as_slice(), &tiff].concat();
        let len = u16::try_from(block.len() + 2).expect("short").to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &len, &block, &jpeg[2..]].concat()
    }

    #[test]
    fn the_longest_edge_is_320_and_the_shape_stays() {
        assert_eq!(
            size(&thumbnail(&jpeg(1_600, 1_200)).expect("makes")),
            (320, 240)
        );
        assert_eq!(size(&thumbnail(&jpeg(30, 3_000)).expect("makes")), (3, 320));
        assert_eq!(size(&thumbnail(&jpeg(20, 10)).expect("makes")), (20, 10));
    }

    #[test]
    fn a_picture_taken_upright_stands_upright() {
        let lying = jpeg(640, 480);
        assert_eq!(
            size(&thumbnail(&turned(&lying, 6)).expect("makes")),
            (240, 320)
        );
        assert_eq!(
            size(&thumbnail(&turned(&lying, 1)).expect("makes")),
            (320, 240)
        );
    }

    #[test]
    fn what_is_no_picture_or_too_large_makes_no_thumbnail() {
        assert!(thumbnail(b"not a picture").is_err());
        assert!(thumbnail(&[]).is_err());
        let mut cut = jpeg(400, 400);
        cut.truncate(200);
        assert!(thumbnail(&cut).is_err());
    }
}
