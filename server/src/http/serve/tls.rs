//! TLS by rustls, as a listener of axum.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::TlsFiles;
use crate::http::limits::Peer;

/// A peer that has not shaken hands by then is let go.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Connections that have shaken hands and wait to be taken.
const READY_MAX: usize = 64;

/// Why certificate or key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate chain cannot be read.
    #[error("reading the certificate chain")]
    Cert(#[source] pem::Error),
    /// The key cannot be read.
    #[error("reading the private key")]
    Key(#[source] pem::Error),
    /// They do not go together, or are of a kind that is not spoken.
    #[error("using certificate and key")]
    Use(#[source] rustls::Error),
}

/// Shakes hands.
#[derive(Clone)]
pub struct Acceptor(TlsAcceptor);

/// A listener whose connections have shaken hands. Handshakes run beside each other, so that a slow peer
/// holds up nobody.
#[derive(Debug)]
pub struct TlsListener {
    address: io::Result<SocketAddr>,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Acceptor(..)")
    }
}

impl Acceptor {
    /// Reads certificate chain and key.
    pub fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_file_iter(&files.cert).map_err(TlsError::Cert)?;
        let chain = chain
            .collect::<Result<Vec<_>, _>>()
            .map_err(TlsError::Cert)?;
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(TlsError::Key)?;
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|it| it.with_no_client_auth().with_single_cert(chain, key))
            .map_err(TlsError::Use)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

impl TlsListener {
    /// Begins to take connections.
    pub fn new(listener: TcpListener, acceptor: Acceptor) -> Self {
        let address = listener.local_addr();
        let (to_ready, ready) = mpsc::channel(READY_MAX);
        tokio::spawn(take(listener, acceptor, to_ready));
        Self { address, ready }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The taking task has ended, which it does only with the runtime.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        let kept = self.address.as_ref();
        kept.copied().map_err(|error| io::Error::from(error.kind()))
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

async fn take(
    listener: TcpListener,
    acceptor: Acceptor,
    to_ready: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let mut listener = listener;
    while !to_ready.is_closed() {
        let (stream, address) = Listener::accept(&mut listener).await;
        let (acceptor, to_ready) = (acceptor.clone(), to_ready.clone());
        tokio::spawn(async move {
            let hands = tokio::time::timeout(HANDSHAKE_MAX, acceptor.0.accept(stream)).await;
            if let Ok(Ok(stream)) = hands {
                // Nobody takes it only when the centre stops.
                let _ = to_ready.send((stream, address)).await;
            }
        });
    }
}
