//! Feeds in SQLite.

use rusqlite::{Row, params};
use tala_protocol::envelope::{Header, Lane};
use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::id::{DeviceId, UnitId};
use tala_protocol::time::UnixMs;

use super::session::Session;
use super::value::{audience, audience_bytes, digest, id, int, uint};
use crate::store::{
    FeedNo, FeedReads, FeedRow, FeedWrites, Lsn, Neighbour, Standing, StoreError, Told,
};

const STATE: &str = "no, head_seq, head_id, highest_seq, forked_at";

type RawState = (i64, Option<i64>, Option<Vec<u8>>, i64, Option<i64>);

impl FeedReads for Session<'_> {
    fn feed(&self, key: &FeedKey) -> Result<Option<FeedRow>, StoreError> {
        let sql = format!(
            "SELECT {STATE} FROM feed
             WHERE device = ?1 AND unit = ?2 AND audience = ?3 AND epoch = ?4 AND lane = ?5"
        );
        let params = params![
            key.device.as_bytes(),
            key.unit.as_bytes(),
            audience_bytes(&key.audience),
            key.epoch,
            key.lane.code(),
        ];
        let raw = self.row("feed", &sql, params, raw_state)?;
        raw.map(state).transpose()
    }

    fn at_seq(&self, feed: FeedNo, seq: u64) -> Result<Option<Neighbour>, StoreError> {
        let sql = "SELECT lsn, id, header, standing FROM envelope
             WHERE feed = ?1 AND seq = ?2 AND standing < 2 ORDER BY lsn LIMIT 1";
        let Ok(seq) = i64::try_from(seq) else {
            return Ok(None);
        };
        type Raw = (i64, Vec<u8>, Vec<u8>, i64);
        let read = |row: &Row<'_>| -> rusqlite::Result<Raw> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        };
        let raw = self.row("neighbour", sql, [int("feed", feed.0)?, seq], read)?;
        let Some((lsn, id, header, standing)) = raw else {
            return Ok(None);
        };
        let header = match Header::from_bytes(&header) {
            Ok(header) => header,
            Err(_) => return Err(StoreError::Damaged("header")),
        };
        Ok(Some(Neighbour {
            lsn: Lsn(uint("envelope number", lsn)?),
            id: digest(&id)?,
            prev: header.prev,
            standing: Standing::from_code(standing).ok_or(StoreError::Damaged("standing"))?,
        }))
    }

    fn feeds_of(&self, device: DeviceId) -> Result<Vec<(FeedKey, FeedRow)>, StoreError> {
        let sql = format!(
            "SELECT {STATE}, unit, audience, device, epoch, lane FROM feed WHERE device = ?1 ORDER BY no"
        );
        let read = |row: &Row<'_>| {
            let key: (_, Vec<u8>, _, u32, i64) = (
                id(row, "unit")?,
                row.get("audience")?,
                id(row, "device")?,
                row.get("epoch")?,
                row.get("lane")?,
            );
            Ok((key, raw_state(row)?))
        };
        let raws = self.rows("feeds", &sql, [device.as_bytes()], read)?;
        let mut feeds = Vec::with_capacity(raws.len());
        for ((unit, audience_raw, device, epoch, lane), raw) in raws {
            let lane = Lane::ALL.into_iter().find(|l| i64::from(l.code()) == lane);
            let key = FeedKey {
                unit,
                audience: audience(&audience_raw)?,
                device,
                epoch,
                lane: lane.ok_or(StoreError::Damaged("lane"))?,
            };
            feeds.push((key, state(raw)?));
        }
        Ok(feeds)
    }

    fn told(&self, device: DeviceId) -> Result<Option<Told>, StoreError> {
        let sql = "SELECT units, at FROM told WHERE device = ?1";
        let read = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?));
        let Some((units, at)) = self.row("told", sql, [device.as_bytes()], read)? else {
            return Ok(None);
        };
        let units: Result<Vec<UnitId>, _> = units.chunks(16).map(UnitId::from_slice).collect();
        match units {
            Ok(units) => Ok(Some(Told {
                units,
                at: UnixMs(at),
            })),
            Err(_) => Err(StoreError::Damaged("told")),
        }
    }
}

impl FeedWrites for Session<'_> {
    fn add_feed(&mut self, key: &FeedKey) -> Result<FeedRow, StoreError> {
        let sql = "INSERT INTO feed (unit, audience, device, epoch, lane, highest_seq)
             VALUES (?1, ?2, ?3, ?4, ?5, 0) RETURNING no";
        let params = params![
            key.unit.as_bytes(),
            audience_bytes(&key.audience),
            key.device.as_bytes(),
            key.epoch,
            key.lane.code(),
        ];
        let no = self.row("feed", sql, params, |row| row.get(0))?;
        let no = uint("feed", no.ok_or(StoreError::Damaged("feed"))?)?;
        Ok(FeedRow {
            no: FeedNo(no),
            head: None,
            highest_seq: 0,
            forked_at: None,
        })
    }

    fn set_feed(&mut self, row: &FeedRow) -> Result<(), StoreError> {
        let sql = "UPDATE feed SET head_seq = ?2, head_id = ?3, highest_seq = ?4, forked_at = ?5
             WHERE no = ?1";
        let params = params![
            int("feed", row.no.0)?,
            row.head.map(|head| int("sequence", head.seq)).transpose()?,
            row.head.map(|head| head.hash.to_tagged()),
            int("sequence", row.highest_seq)?,
            row.forked_at.map(|at| int("sequence", at)).transpose()?,
        ];
        self.write("feed", sql, params).map(|_| ())
    }

    fn set_told(&mut self, device: DeviceId, told: &Told) -> Result<(), StoreError> {
        let sql = "INSERT INTO told (device, units, at) VALUES (?1, ?2, ?3)
             ON CONFLICT (device) DO UPDATE SET units = ?2, at = ?3";
        let units: Vec<u8> = told
            .units
            .iter()
            .flat_map(|unit| *unit.as_bytes())
            .collect();
        let params = params![device.as_bytes(), units, told.at.0];
        self.write("told", sql, params).map(|_| ())
    }
}

fn raw_state(row: &Row<'_>) -> rusqlite::Result<RawState> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
    ))
}

fn state((no, head_seq, head_id, highest, forked): RawState) -> Result<FeedRow, StoreError> {
    let head = match (head_seq, head_id) {
        (Some(seq), Some(hash)) => Some(FeedHead {
            seq: uint("head", seq)?,
            hash: digest(&hash)?,
        }),
        _ => None,
    };
    Ok(FeedRow {
        no: FeedNo(uint("feed", no)?),
        head,
        highest_seq: uint("sequence", highest)?,
        forked_at: forked.map(|at| uint("sequence", at)).transpose()?,
    })
}
