//! Which files a phone is still asked for.

use std::sync::{Arc, OnceLock, Weak};

use tala_protocol::envelope::Lane;
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;

use crate::app::{Centre, Uploads};
use crate::store::projections::{MediaRow, Page, RowKind, Sight};
use crate::store::{StoreError, read};
use crate::store_door::DoorStore;

/// Newest descriptions of a device's lists that are looked at.
const LOOKED_AT_MAX: usize = 256;
/// Files asked for at a time.
const WANTED_MAX: usize = 16;

/// Compares what a device described with what it has handed over.
#[derive(Debug)]
pub struct UploadBook {
    door: Arc<DoorStore>,
    centre: OnceLock<Weak<Centre>>,
}

impl UploadBook {
    /// A book over the doors' memory. It asks for nothing until it is given its centre.
    pub const fn new(door: Arc<DoorStore>) -> Self {
        Self {
            door,
            centre: OnceLock::new(),
        }
    }

    /// Gives it the centre whose descriptions it reads. Only the first counts.
    pub fn attach(&self, centre: &Arc<Centre>) {
        let _ = self.centre.set(Arc::downgrade(centre));
    }

    fn read(&self, centre: &Centre, device: DeviceId) -> Result<Vec<Digest>, StoreError> {
        let rows = read(centre.store(), |reads| {
            let feeds = reads.feeds_of(device)?.into_iter();
            let described = feeds.filter(|(feed, _)| feed.lane == Lane::Media);
            let own: Vec<_> = described
                .map(|(feed, _)| (feed.unit, feed.audience))
                .collect();
            match own.is_empty() {
                true => Ok(Vec::new()),
                false => reads.rows(&Sight::new(own), &Page::of(RowKind::Media, LOOKED_AT_MAX)),
            }
        })?;
        let mut wanted = Vec::new();
        for row in rows.iter().rev() {
            let Ok(it) = serde_json::from_str::<MediaRow>(&row.text) else {
                continue;
            };
            if it.device != device {
                continue;
            }
            // The small picture first: desks see it long before the original is through.
            let thumb = it.thumb.as_ref().map(|(hash, _)| hash);
            for hash in thumb.into_iter().chain([&it.hash]) {
                let Ok(hash) = Digest::from_hex(hash) else {
                    continue;
                };
                let is_here = self.door.has_uploaded(device, &hash).unwrap_or(true);
                if !is_here && wanted.len() < WANTED_MAX && !wanted.contains(&hash) {
                    wanted.push(hash);
                }
            }
        }
        Ok(wanted)
    }
}

impl Uploads for UploadBook {
    fn wanted(&self, device: DeviceId) -> Vec<Digest> {
        let centre = self.centre.get().and_then(Weak::upgrade);
        // A sync is worth more than the list: what cannot be read is asked for the next time.
        centre
            .and_then(|centre| self.read(&centre, device).ok())
            .unwrap_or_default()
    }
}
