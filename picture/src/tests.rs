use std::io::Cursor;

use image::{ExtendedColorType, ImageFormat, Rgb};

use super::*;

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x % 256) as u8, (y % 256) as u8, 90])
    });
    let mut out = Vec::new();
    JpegEncoder::new(&mut out)
        .encode(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
        .expect("encodes");
    out
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let picture = RgbImage::from_pixel(width, height, Rgb([90, 120, 40]));
    picture.write_to(&mut out, ImageFormat::Png).expect("png");
    out.into_inner()
}

fn small(bytes: &[u8]) -> (u32, u32) {
    let small = thumbnail(bytes, THUMB_EDGE_PX).expect("makes");
    let picture = image::load_from_memory(&small).expect("a picture");
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
    assert_eq!(small(&jpeg(1_600, 1_200)), (320, 240));
    assert_eq!(small(&jpeg(30, 3_000)), (3, 320));
    assert_eq!(small(&jpeg(20, 10)), (20, 10));
    assert_eq!(small(&png(1_280, 640)), (320, 160));
}

#[test]
fn a_picture_taken_upright_stands_upright() {
    let lying = jpeg(640, 480);
    assert_eq!(small(&turned(&lying, 6)), (240, 320));
    assert_eq!(small(&turned(&lying, 1)), (320, 240));
}

#[test]
fn the_colours_stay() {
    let picture = RgbImage::from_pixel(1_000, 1_000, Rgb([200, 120, 40]));
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode(picture.as_raw(), 1_000, 1_000, ExtendedColorType::Rgb8)
        .expect("encodes");
    let small = thumbnail(&bytes, THUMB_EDGE_PX).expect("makes");
    let small = image::load_from_memory(&small).expect("reads").into_rgb8();
    let Rgb(seen) = *small.get_pixel(160, 160);
    for (seen, wanted) in seen.into_iter().zip([200u8, 120, 40]) {
        assert!(seen.abs_diff(wanted) <= 4, "{seen} for {wanted}");
    }
}

#[test]
fn what_is_no_picture_or_claims_too_much_is_refused() {
    assert!(thumbnail(b"not a picture", 320).is_err());
    assert!(thumbnail(&[], 320).is_err());
    assert!(thumbnail(&jpeg(400, 400)[..200], 320).is_err());
    let mut wide = png(1, 1);
    // The width in the header of a PNG.
    wide.splice(16..20, 1_000_000_u32.to_be_bytes());
    assert!(thumbnail(&wide, 320).is_err());
    let mut tall = jpeg(64, 64);
    let frame = tall
        .windows(2)
        .position(|m| m == [0xff, 0xc0])
        .expect("a frame");
    tall.splice(frame + 5..frame + 9, [0xff, 0xff, 0xff, 0xff]);
    assert!(matches!(
        thumbnail(&tall, 320),
        Err(PictureError::Large { width: 65_535, .. })
    ));
    let mut bomb = jpeg(64, 64);
    bomb.extend([0xff, 0xda].repeat(100));
    assert!(matches!(
        thumbnail(&bomb, 320),
        Err(PictureError::Scans(101))
    ));
}
