//! What is planted, and every form in which it could lie somewhere.

use data_encoding::HEXLOWER;
use tala_picture::{THUMB_EDGE_PX, thumbnail};

use crate::photo::{self, photo};
use crate::{AtRestError, phone};

/// Who rides along.
pub const TEAM: [&str; 2] = ["金丝雀额尔登巴雅尔", "Canary Sarangerel"];
/// What the patrol is called.
pub const PATROL: &str = "金丝雀北线第七百零三次巡逻";
/// What the patrol is for.
pub const PURPOSE: &str = "canary purpose: watch the saltlick at Burgastai";
/// What the incident is called.
pub const TITLE: &str = "金丝雀夜间盗采芒硝";
/// What was seen.
pub const NARRATIVE: &str = "canary narrative: three lorries without plates, Dorjpalam saw it";
/// What the call for help says.
pub const HELP: &str = "canary help: the horse Khongor is lame";
/// What the photo is called.
pub const CAPTION: &str = "canary caption: tyre marks at the well of Zuun";
/// Where the incident is, 1e-7 degree.
pub const INCIDENT_E7: (i32, i32) = (437_718_293, 1_169_273_641);
/// Fixes of the ride that are looked for.
const FIXES: u16 = 24;
/// Bytes of a picture that are looked for at a time.
const WINDOW: usize = 32;
/// How near each other the two numbers of a place lie, bytes.
const NEAR: usize = 16;

/// Something that must not be found.
#[derive(Debug, Clone)]
pub struct Canary {
    /// What it is, for people.
    pub name: String,
    /// Every form in which it would tell.
    pub forms: Vec<Form>,
}

/// One form.
#[derive(Debug, Clone)]
pub struct Form {
    /// For people.
    pub name: &'static str,
    /// These bytes,
    pub bytes: Vec<u8>,
    /// and these at most so far behind them: four bytes alone could be chance.
    pub then: Option<(Vec<u8>, usize)>,
}

/// Where the rider is at a fix, 1e-7 degree.
pub fn place_e7(n: u16) -> (i32, i32) {
    let n = i32::from(n);
    (436_543_217 + n * 907, 1_161_234_567 + n * 1_103)
}

/// Everything that is planted on a phone, and its key.
pub fn planted(key: Option<&[u8; 32]>) -> Result<Vec<Canary>, AtRestError> {
    let mut all: Vec<Canary> = [
        ("a name of the team", TEAM[0]),
        ("another name of the team", TEAM[1]),
        ("the title of the patrol", PATROL),
        ("the purpose of the patrol", PURPOSE),
        ("the title of the incident", TITLE),
        ("the narrative", NARRATIVE),
        ("the call for help", HELP),
        ("the caption of the photo", CAPTION),
        ("the words in the photo", photo::COMMENT),
    ]
    .into_iter()
    .map(|(name, text)| words(name, text))
    .collect();
    all.push(Canary {
        name: "where the rider was".to_owned(),
        forms: (0..FIXES).flat_map(|n| place(place_e7(n))).collect(),
    });
    all.push(Canary {
        name: "where the incident is".to_owned(),
        forms: place(INCIDENT_E7),
    });
    for (name, seed) in [("the photo", 1), ("what came of a photo", 2)] {
        let original = photo(seed).map_err(phone("making a photo"))?;
        all.push(picture(name, &original));
        if seed == 1 {
            let small = thumbnail(&original, THUMB_EDGE_PX);
            let small = small.map_err(phone("making a thumbnail"))?;
            all.push(picture("the thumbnail", &small));
        }
    }
    all.push(Canary {
        name: "the head of a JPEG".to_owned(),
        forms: vec![exact("raw", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec())],
    });
    if let Some(key) = key {
        all.push(Canary {
            name: "the key".to_owned(),
            forms: vec![
                exact("raw", key.to_vec()),
                exact("hexadecimal", HEXLOWER.encode(key).into_bytes()),
            ],
        });
    }
    Ok(all)
}

fn words(name: &str, text: &str) -> Canary {
    let units: Vec<u16> = text.encode_utf16().collect();
    let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
    Canary {
        name: name.to_owned(),
        forms: vec![
            exact("UTF-8", text.as_bytes().to_vec()),
            exact(
                "UTF-16, little end first",
                units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
            ),
            exact(
                "UTF-16, big end first",
                units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
            ),
            exact("hexadecimal", HEXLOWER.encode(text.as_bytes()).into_bytes()),
            exact("escaped", escaped.into_bytes()),
        ],
    }
}

fn place((lat, lon): (i32, i32)) -> Vec<Form> {
    let degrees = |e7: i32| format!("{}.{:07}", e7 / 10_000_000, e7 % 10_000_000);
    // The last digit may have been rounded, and a program may print fewer.
    let short = |e7: i32| degrees(e7).get(..8).unwrap_or_default().as_bytes().to_vec();
    vec![
        near("big end first", lat.to_be_bytes(), lon.to_be_bytes()),
        near("little end first", lat.to_le_bytes(), lon.to_le_bytes()),
        near("LEB128", leb128(lat), leb128(lon)),
        near("degrees", short(lat), short(lon)),
        exact("digits", lat.to_string().into_bytes()),
    ]
}

fn picture(name: &str, bytes: &[u8]) -> Canary {
    let windows = [1, 2, 3].map(|quarter| {
        let from = bytes.len() / 4 * quarter;
        bytes.get(from..from + WINDOW).unwrap_or(bytes).to_vec()
    });
    Canary {
        name: name.to_owned(),
        forms: windows.map(|window| exact("raw", window)).to_vec(),
    }
}

/// As Automerge writes numbers.
fn leb128(value: i32) -> Vec<u8> {
    let (mut rest, mut bytes) = (value, Vec::new());
    loop {
        let [low, ..] = rest.to_le_bytes();
        rest >>= 7;
        let is_last = (rest == 0 && low & 0x40 == 0) || (rest == -1 && low & 0x40 != 0);
        bytes.push(if is_last { low & 0x7f } else { low | 0x80 });
        if is_last {
            return bytes;
        }
    }
}

fn exact(name: &'static str, bytes: Vec<u8>) -> Form {
    Form {
        name,
        bytes,
        then: None,
    }
}

fn near(name: &'static str, first: impl Into<Vec<u8>>, second: impl Into<Vec<u8>>) -> Form {
    Form {
        name,
        bytes: first.into(),
        then: Some((second.into(), NEAR)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_leb128_says() {
        assert_eq!(leb128(0), [0]);
        assert_eq!(leb128(63), [0x3f]);
        assert_eq!(leb128(64), [0xc0, 0]);
        assert_eq!(leb128(-123_456), [0xc0, 0xbb, 0x78]);
    }

    #[test]
    fn nothing_is_looked_for_that_chance_could_have_made() {
        for canary in planted(Some(&[7; 32])).expect("can be made") {
            for form in canary.forms {
                let len = form.bytes.len() + form.then.map_or(0, |(bytes, _)| bytes.len());
                assert!(len >= 8, "{}: {} has {len} bytes", canary.name, form.name);
            }
        }
    }
}
