//! Versions of registries, published from the machine that the centre runs on.

use std::io::Write;
use std::path::Path;

use super::data::{Place, file};
use super::{CliError, order};
use crate::app::admin::MachineOrder;
use crate::config::Config;

/// Publishes a version from a JSON file.
pub(super) fn publish(config: &Config, from: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    let json = std::fs::read_to_string(from).map_err(file("reading", from))?;
    let order = MachineOrder::PublishRegistry { json };
    let told = order::carry_out(&Place::new(config), &order)?;
    writeln!(out, "{told}").map_err(CliError::Print)
}

/// Lists what was published, one version a line.
pub(super) fn list(config: &Config, out: &mut dyn Write) -> Result<(), CliError> {
    let versions = Place::new(config).beside()?.published_registries()?;
    let mut lines = versions.iter();
    lines.try_for_each(|it| writeln!(out, "{it}").map_err(CliError::Print))
}
