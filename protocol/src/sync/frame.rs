//! The outer frame of a message: one byte that says how it is compressed, then the message.
//!
//! 0: as it is. 1: zstd. The sender chooses what is smaller; the receiver bounds what it inflates.

use std::io::Read as _;

/// Message as it is.
const PLAIN: u8 = 0;
/// Message in a zstd frame.
const ZSTD: u8 = 1;
/// zstd level: quick, and within 2 % of the slow levels on small messages of signatures and segments.
const LEVEL: i32 = 6;

/// Why a frame cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// No bytes at all.
    #[error("empty frame")]
    Empty,
    /// A compression that this build does not know.
    #[error("unknown frame compression {0}")]
    Compression(u8),
    /// The message is longer than it may be, before or after inflating.
    #[error("message is longer than {max} bytes")]
    TooLong {
        /// Bytes allowed.
        max: usize,
    },
    /// The compressed bytes are damaged.
    #[error("cannot inflate the message")]
    Damaged(#[source] std::io::Error),
}

/// Closes a message in its smaller form.
pub fn close(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 1);
    if message.len() > 64
        && let Ok(packed) = zstd::bulk::compress(message, LEVEL)
        && packed.len() < message.len()
    {
        out.push(ZSTD);
        out.extend_from_slice(&packed);
        return out;
    }
    out.push(PLAIN);
    out.extend_from_slice(message);
    out
}

/// Opens a frame whose message is at most `max` bytes.
pub fn open(frame: &[u8], max: usize) -> Result<Vec<u8>, FrameError> {
    let (&compression, rest) = frame.split_first().ok_or(FrameError::Empty)?;
    if rest.len() > max {
        return Err(FrameError::TooLong { max });
    }
    match compression {
        PLAIN => Ok(rest.to_vec()),
        ZSTD => {
            let mut decoder = zstd::stream::Decoder::new(rest).map_err(FrameError::Damaged)?;
            // A window of 8 MiB at most, whatever the frame asks for.
            decoder.window_log_max(23).map_err(FrameError::Damaged)?;
            let mut message = Vec::new();
            let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
            decoder
                .take(limit)
                .read_to_end(&mut message)
                .map_err(FrameError::Damaged)?;
            if message.len() > max {
                return Err(FrameError::TooLong { max });
            }
            Ok(message)
        }
        other => Err(FrameError::Compression(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_round_trip_and_choose_the_smaller_form() {
        for len in [0, 1, 64, 65, 5_000] {
            let message = vec![7; len];
            let frame = close(&message);
            assert!(frame.len() <= len + 1);
            assert_eq!(open(&frame, len).expect("own frame"), message);
        }
    }

    /// Made by the `zstd` command: what is read does not hang on the library that wrote it.
    #[test]
    fn golden_frames_are_still_read() {
        let message = "草原巡护 ".repeat(40);
        let squeezed = include_bytes!("../../../fixtures/golden/sync/frame-zstd.bin");
        assert_eq!(open(squeezed, 4_096).expect("opens"), message.as_bytes());
        let plain = [&[0], message.as_bytes()].concat();
        assert_eq!(open(&plain, 4_096).expect("opens"), message.as_bytes());
    }

    #[test]
    fn a_bomb_is_stopped_at_its_limit() {
        let bomb = close(&vec![0; 4 << 20]);
        assert!(bomb.len() < 1_000);
        assert!(matches!(
            open(&bomb, 1 << 20),
            Err(FrameError::TooLong { .. })
        ));
        assert!(matches!(open(&[9, 1], 10), Err(FrameError::Compression(9))));
        assert!(matches!(open(&[], 10), Err(FrameError::Empty)));
        assert!(matches!(open(&[1, 2, 3], 10), Err(FrameError::Damaged(_))));
    }
}
