//! Listening, and stopping in an orderly way.
//!
//! A stop ends every stream with `bye`, lets requests that are under way finish for as long as the
//! operator allows, and then goes.

mod tls;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::front::Front;
use super::{limits, routes};

/// Answers to `Idempotency-Key` are kept so long.
const ANSWERS_KEPT_MS: i64 = 24 * 3_600_000;

/// Why the centre cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address cannot be used.
    #[error("listening on {address}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("preparing TLS")]
    Tls(#[from] tls::TlsError),
    /// Serving broke off.
    #[error("serving")]
    Serve(#[source] std::io::Error),
}

/// A centre that has its ports and can begin.
#[derive(Debug)]
pub struct Listening {
    front: Front,
    listener: TcpListener,
    admin: Option<TcpListener>,
    tls: Option<tls::Acceptor>,
}

impl Listening {
    /// Takes the ports, so that faults show before anything else is done.
    pub async fn bind(front: Front) -> Result<Self, ServeError> {
        let listen = &front.config.listen;
        let tls = listen.tls.as_ref().map(tls::Acceptor::load).transpose()?;
        let listener = bind(listen.address).await?;
        let admin = match listen.admin {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        Ok(Self {
            front,
            listener,
            admin,
            tls,
        })
    }

    /// Where it listens: the port may have been chosen by the machine.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves until `front.stop` is cancelled and what is under way has ended or run out of time.
    pub async fn run(self, metrics: Option<PrometheusHandle>) -> Result<(), ServeError> {
        let Self {
            front,
            listener,
            admin,
            tls,
        } = self;
        let (stop, drain) = (front.stop.clone(), front.config.listen.drain);
        tokio::spawn(sweep(front.clone()));
        if let (Some(admin), Some(metrics)) = (admin, metrics) {
            tokio::spawn(serve_admin(admin, front.clone(), metrics));
        }
        let app = routes::router(front).into_make_service_with_connect_info::<limits::Peer>();
        let stopping = stop.clone().cancelled_owned();
        let serving = async {
            match tls {
                Some(tls) => {
                    let listener = tls::TlsListener::new(listener, tls);
                    axum::serve(listener, app)
                        .with_graceful_shutdown(stopping)
                        .await
                }
                None => {
                    axum::serve(listener, app)
                        .with_graceful_shutdown(stopping)
                        .await
                }
            }
        };
        tokio::select! {
            served = serving => served.map_err(ServeError::Serve),
            () = out_of_time(&stop, drain) => {
                tracing::warn!("requests under way were cut off at the end of the drain");
                Ok(())
            }
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| ServeError::Bind { address, source })
}

async fn out_of_time(stop: &CancellationToken, drain: std::time::Duration) {
    stop.cancelled().await;
    tokio::time::sleep(drain).await;
}

/// Metrics and health, on the port of whoever looks after the machine.
async fn serve_admin(listener: TcpListener, front: Front, metrics: PrometheusHandle) {
    let stop = front.stop.clone();
    let metrics = Arc::new(metrics);
    let routes = Router::new()
        .route("/metrics", get(render))
        .with_state(metrics)
        .merge(
            Router::new()
                .route("/healthz", get(super::health::live))
                .route("/readyz", get(super::health::ready))
                .with_state(front),
        );
    let served = axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(error = %error, "the admin port stopped");
    }
}

async fn render(State(metrics): State<Arc<PrometheusHandle>>) -> String {
    metrics.run_upkeep();
    metrics.render()
}

/// Forgets, once a minute, what nobody needs any more.
async fn sweep(front: Front) {
    let mut due = tokio::time::interval(limits::SWEEP);
    loop {
        tokio::select! {
            () = front.stop.cancelled() => return,
            _ = due.tick() => {}
        }
        front.rates.sweep();
        front.nonces.sweep(front.now());
        let swept = front
            .ask(|front| {
                let now = front.now();
                front.sessions.sweep(now)?;
                let before = now.0.saturating_sub(ANSWERS_KEPT_MS);
                Ok(front
                    .door
                    .forget_answers(tala_protocol::time::UnixMs(before))?)
            })
            .await;
        if let Err(problem) = swept {
            tracing::error!(cause = problem.cause(), "sweeping failed");
        }
    }
}
