//! `serve`: everything put together.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::data::Place;
use super::{CliError, log, random};
use crate::app::admin::obey_next;
use crate::app::session::Sessions;
use crate::app::staff::Passwords;
use crate::app::{Centre, SystemEffects};
use crate::config::Config;
use crate::http::front::Front;
use crate::http::limits::RateLimits;
use crate::http::nonces::Nonces;
use crate::http::serve::Listening;
use crate::http::wire::page::Cursors;
use crate::media::UploadBook;

/// Threads for what blocks: stores, signatures, passwords, pictures.
const BLOCKING_THREADS_MAX: usize = 64;
/// How often an order is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Serves until it is told to stop.
pub(super) fn serve(config: Config, out: &mut dyn Write) -> Result<(), CliError> {
    log::start(&config)?;
    let place = Place::new(&config);
    let _held = place.hold()?;
    let door = Arc::new(place.door()?);
    let book = Arc::new(UploadBook::new(Arc::clone(&door)));
    let centre = place.centre_with(book.clone())?;
    book.attach(&centre);
    let front = Front {
        behind: centre.clone(),
        sessions: Sessions::new(Arc::clone(&door), config.session),
        door,
        passwords: Arc::new(Passwords::strong()?),
        media: Arc::new(place.media()?),
        rates: Arc::new(RateLimits::new(&config.rates)),
        nonces: Arc::new(Nonces::for_rate(config.rates.device_per_minute)),
        // Cursors and ids of the live feed end with the process; pages then read again.
        cursors: Cursors::new(random()?),
        effects: Arc::new(SystemEffects),
        stop: CancellationToken::new(),
        config: Arc::new(config.clone()),
    };
    let orders = obey_orders(&front, &centre)?;
    let stop = front.stop.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build()
        .map_err(CliError::Runtime)?;
    let served = runtime.block_on(listen(front, out));
    stop.cancel();
    runtime.shutdown_background();
    // An order that is being carried out is finished before the centre stops.
    if orders.join().is_err() {
        tracing::error!("the thread of orders panicked");
    }
    centre.stop();
    served
}

/// Carries out what is ordered at the machine, on a thread of its own.
fn obey_orders(front: &Front, centre: &Arc<Centre>) -> Result<JoinHandle<()>, CliError> {
    let (door, centre, stop) = (front.door.clone(), Arc::clone(centre), front.stop.clone());
    // What was asked of a process that has ended is not done now, unasked.
    door.forget_orders(centre.now())?;
    let thread = std::thread::Builder::new().name("tala-orders".into());
    let spawned = thread.spawn(move || {
        while !stop.is_cancelled() {
            match obey_next(&door, &centre) {
                Ok(true) => {}
                Ok(false) => std::thread::sleep(LOOK_EVERY),
                Err(error) => {
                    tracing::error!(error = &error as &dyn Error, "orders not read");
                    std::thread::sleep(LOOK_EVERY);
                }
            }
        }
    });
    spawned.map_err(CliError::Runtime)
}

async fn listen(front: Front, out: &mut dyn Write) -> Result<(), CliError> {
    let stop = front.stop.clone();
    let metrics = metrics(&front)?;
    let listening = Listening::bind(front).await?;
    if let Some(address) = listening.address() {
        // Whoever started the program reads from this where it listens.
        writeln!(out, "listening on {address}").map_err(CliError::Print)?;
        out.flush().map_err(CliError::Print)?;
    }
    tokio::spawn(stop_on_signal(stop));
    listening.run(metrics).await?;
    tracing::info!("stopped");
    Ok(())
}

fn metrics(front: &Front) -> Result<Option<PrometheusHandle>, CliError> {
    if front.config.listen.admin.is_none() {
        return Ok(None);
    }
    let installed = PrometheusBuilder::new().install_recorder();
    let handle = installed.map_err(|error| CliError::Log(error.to_string()))?;
    Ok(Some(handle))
}

async fn stop_on_signal(stop: CancellationToken) {
    asked_to_stop().await;
    tracing::info!("stopping: no new requests, streams end");
    stop.cancel();
}

#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without a handler the machine ends the process by itself.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
