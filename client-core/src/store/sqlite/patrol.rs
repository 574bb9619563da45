//! A patrol's row as bytes: CBOR, format 1. Counters are read and written as a whole, never searched.

use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use tala_protocol::fix::{Fix, GapCause, Provider, TimedFix};
use tala_protocol::time::{BootId, MonoMs, UnixMs};
use tala_protocol::transport::Transport;

use crate::store::rows::{PatrolRow, PatrolState};

/// Writes a row.
pub(super) fn to_bytes(row: &PatrolRow) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing into memory does not fail.
    let _ = encode(&mut Encoder::new(&mut out), row);
    out
}

/// Reads a row.
pub(super) fn from_bytes(bytes: &[u8]) -> Result<PatrolRow, Error> {
    let mut d = Decoder::new(bytes);
    let d = &mut d;
    if d.array()? != Some(18) || d.u8()? != 1 {
        return Err(Error::message("unknown patrol row"));
    }
    Ok(PatrolRow {
        object: d.decode()?,
        unit: d.decode()?,
        leg: d.u16()?,
        transport: Transport::from_code(d.u16()?),
        state: match d.u8()? {
            0 => PatrolState::Recording,
            1 => PatrolState::Paused,
            _ => PatrolState::Ended,
        },
        started_at: UnixMs(d.i64()?),
        saved_at: UnixMs(d.i64()?),
        fixes: d.u64()?,
        doubtful: d.u64()?,
        gaps: d.u64()?,
        distance_mm: d.u64()?,
        duration_ms: d.u64()?,
        last: timed(d)?,
        gap: d.decode::<Option<u8>>()?.map(GapCause::from_code),
        run: d
            .decode::<Option<minicbor::bytes::ByteArray<16>>>()?
            .map(Into::into),
        boot: BootId(d.u32()?),
        unsealed_since: d
            .decode::<Option<(i64, i64)>>()?
            .map(|(wall, mono)| (UnixMs(wall), MonoMs(mono))),
        version: 0,
    })
    .and_then(|row| {
        Ok(PatrolRow {
            version: d.u64()?,
            ..row
        })
    })
}

type EncodeError = minicbor::encode::Error<std::convert::Infallible>;

fn encode(e: &mut Encoder<&mut Vec<u8>>, row: &PatrolRow) -> Result<(), EncodeError> {
    let state: u8 = match row.state {
        PatrolState::Recording => 0,
        PatrolState::Paused => 1,
        PatrolState::Ended => 2,
    };
    e.array(18)?.u8(1)?.encode(row.object)?.encode(row.unit)?;
    e.u16(row.leg)?.u16(row.transport.code())?.u8(state)?;
    e.i64(row.started_at.0)?.i64(row.saved_at.0)?;
    e.u64(row.fixes)?.u64(row.doubtful)?.u64(row.gaps)?;
    e.u64(row.distance_mm)?.u64(row.duration_ms)?;
    match &row.last {
        Some(timed) => encode_timed(e, timed)?,
        None => e.null()?.ok()?,
    }
    e.encode(row.gap.map(GapCause::code))?;
    e.encode(row.run.map(minicbor::bytes::ByteArray::from))?;
    e.u32(row.boot.0)?;
    e.encode(row.unsealed_since.map(|(wall, mono)| (wall.0, mono.0)))?;
    e.u64(row.version)?.ok()
}

fn encode_timed(e: &mut Encoder<&mut Vec<u8>>, timed: &TimedFix) -> Result<(), EncodeError> {
    let fix = &timed.fix;
    e.array(13)?
        .i64(fix.time.0)?
        .i32(fix.lat_e7)?
        .i32(fix.lon_e7)?;
    e.encode(fix.alt_dm)?
        .encode(fix.acc_dm)?
        .encode(fix.speed_cms)?;
    e.encode(fix.bearing_deg)?
        .u8(fix.provider.code())?
        .encode(fix.satellites)?;
    e.bool(fix.mock)?
        .i64(timed.wall.0)?
        .i64(timed.mono.0)?
        .u32(timed.boot.0)?
        .ok()
}

fn timed(d: &mut Decoder<'_>) -> Result<Option<TimedFix>, Error> {
    if d.datatype()? == minicbor::data::Type::Null {
        d.null()?;
        return Ok(None);
    }
    if d.array()? != Some(13) {
        return Err(Error::message("unknown fix"));
    }
    let fix = Fix {
        time: UnixMs(d.i64()?),
        lat_e7: d.i32()?,
        lon_e7: d.i32()?,
        alt_dm: d.decode()?,
        acc_dm: d.decode()?,
        speed_cms: d.decode()?,
        bearing_deg: d.decode()?,
        provider: Provider::from_code(d.u8()?),
        satellites: d.decode()?,
        mock: d.bool()?,
    };
    Ok(Some(TimedFix {
        fix,
        wall: UnixMs(d.i64()?),
        mono: MonoMs(d.i64()?),
        boot: BootId(d.u32()?),
    }))
}
