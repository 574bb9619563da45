//! Keeping a centre sound: rebuild, backup, verification, zones.

use std::io::Write;
use std::path::Path;

use super::data::{Place, file};
use super::{CliError, ImportZonesArgs, order};
use crate::app::admin::MachineOrder;
use crate::config::Config;

/// Drops what is derived from envelopes and makes it again.
pub(super) fn rebuild(config: &Config, out: &mut dyn Write) -> Result<(), CliError> {
    let place = Place::new(config);
    let _held = place.hold()?;
    let centre = place.centre()?;
    centre.rebuild()?;
    centre.settle()?;
    let told = writeln!(out, "rebuilt from {} envelopes", centre.projected_to().0);
    told.map_err(CliError::Print)
}

/// Copies store, door store, keys and files, and verifies the copy.
pub(super) fn backup(config: &Config, to: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    let place = Place::new(config);
    let to = std::path::absolute(to).map_err(file("naming", to))?;
    std::fs::create_dir_all(&to).map_err(file("making", &to))?;
    let copy = to.join("tala.sqlite");
    let told = order::carry_out(&place, &MachineOrder::Backup { to: copy })?;
    place.door()?.copy_to(&to.join("door.db"))?;
    for from in place.folder().key_files() {
        let name = from.file_name().unwrap_or_default();
        std::fs::copy(&from, to.join(name)).map_err(file("copying", &from))?;
    }
    let files = copy_new(&place.media_folder().join("files"), &to.join("media/files"))?;
    writeln!(out, "{told}\nfiles copied: {files}").map_err(CliError::Print)
}

/// Recomputes the log from the bytes and compares it with every kept checkpoint.
pub(super) fn verify_log(config: &Config, out: &mut dyn Write) -> Result<(), CliError> {
    let verified = Place::new(config).beside()?.verify_log()?;
    writeln!(out, "{verified}").map_err(CliError::Print)?;
    match verified.faults.len() {
        0 => Ok(()),
        count => Err(CliError::Unsound(count)),
    }
}

/// Publishes zones from a GeoJSON file.
pub(super) fn import_zones(
    config: &Config,
    args: &ImportZonesArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let geojson = std::fs::read_to_string(&args.file).map_err(file("reading", &args.file))?;
    let order = MachineOrder::ImportZones { geojson };
    let told = order::carry_out(&Place::new(config), &order)?;
    writeln!(out, "{told}").map_err(CliError::Print)
}

/// Copies files that are not there yet. They are named by their content, so what is there is the same.
fn copy_new(from: &Path, to: &Path) -> Result<u64, CliError> {
    std::fs::create_dir_all(to).map_err(file("making", to))?;
    let Ok(entries) = std::fs::read_dir(from) else {
        return Ok(0);
    };
    let mut copied = 0;
    for entry in entries {
        let entry = entry.map_err(file("reading", from))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copied += copy_new(&path, &target)?;
        } else if !target.exists() {
            std::fs::copy(&path, &target).map_err(file("copying", &path))?;
            copied += 1;
        }
    }
    Ok(copied)
}
