//! Making a picture smaller.

use fast_image_resize::images::Image;
use fast_image_resize::{ImageBufferError, PixelType, ResizeError, Resizer};
use image::RgbImage;

/// Why a picture could not be made smaller.
#[derive(Debug, thiserror::Error)]
pub enum ShrinkError {
    /// The pixels do not fill the picture.
    #[error("pixels do not fit the picture")]
    From(#[from] ImageBufferError),
    /// The resizer failed.
    #[error("resizing")]
    Resize(#[from] ResizeError),
    /// What came out does not fill the small picture.
    #[error("resized pixels do not fit")]
    To,
}

/// The longest edge becomes `edge_px`; what is smaller stays.
pub(super) fn shrink(picture: RgbImage, edge_px: u32) -> Result<RgbImage, ShrinkError> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= edge_px {
        return Ok(picture);
    }
    let scaled = |edge: u32| {
        let scaled = u64::from(edge) * u64::from(edge_px) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(1).max(1)
    };
    let (to_width, to_height) = (scaled(width), scaled(height));
    let from = Image::from_vec_u8(width, height, picture.into_raw(), PixelType::U8x3)?;
    let mut to = Image::new(to_width, to_height, PixelType::U8x3);
    Resizer::new().resize(&from, &mut to, None)?;
    RgbImage::from_raw(to_width, to_height, to.into_vec()).ok_or(ShrinkError::To)
}
