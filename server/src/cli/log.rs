//! Log lines: for people or as JSON, to standard error.

use tracing_subscriber::EnvFilter;

use super::CliError;
use crate::config::{Config, LogFormat};

/// Starts the log of the process.
pub(super) fn start(config: &Config) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(&config.log_filter);
    let filter = filter.map_err(|error| CliError::Log(error.to_string()))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    let started = match config.log_format {
        LogFormat::Human => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| CliError::Log(error.to_string()))
}
