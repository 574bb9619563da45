//! The link against a few lines of server: signatures hold, statuses are sorted, addresses are checked.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use tala_protocol::key::{PublicKey, Signature};
use tala_protocol::sync::http_signature::{SignatureParams, SignedParts, parse_signature, verify};

use super::*;
use crate::signer::SignerError;

struct Key(ed25519_dalek::SigningKey);

impl Signer for Key {
    fn public_key(&self) -> PublicKey {
        PublicKey::ed25519(self.0.verifying_key().as_bytes()).expect("a key")
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        use ed25519_dalek::Signer as _;
        Ok(Signature::from_bytes(self.0.sign(message).to_bytes()))
    }
}

fn key() -> Key {
    Key(ed25519_dalek::SigningKey::from_bytes(&[5; 32]))
}

/// Answers each connection with one of `answers`, and gives back what was asked.
fn serve(answers: Vec<&'static str>) -> (String, std::thread::JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let url = format!("http://{}", listener.local_addr().expect("has one"));
    let thread = std::thread::spawn(move || {
        answers
            .into_iter()
            .map(|answer| one(&listener, answer))
            .collect()
    });
    (url, thread)
}

fn one(listener: &TcpListener, answer: &str) -> Vec<u8> {
    let (mut socket, _) = listener.accept().expect("accepts");
    let mut asked = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let n = socket.read(&mut buffer).expect("reads");
        asked.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&asked).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = header(head, "content-length").map_or(0, |v| v.parse().expect("a number"));
        if n == 0 || body.len() >= length {
            break;
        }
    }
    socket.write_all(answer.as_bytes()).expect("writes");
    asked
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn transport(url: &str) -> HttpTransport<Key, impl Entropy, fn() -> i64> {
    let made = HttpTransport::new(
        url,
        HttpOptions::default(),
        key(),
        || [7; 16],
        now as fn() -> i64,
    );
    made.expect("an address on loopback")
}

fn now() -> i64 {
    1_780_000_000
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

#[test]
fn a_request_carries_a_signature_over_its_body_that_holds() {
    let (url, server) = serve(vec![
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
    ]);
    let answer = run(transport(&url).sync(b"frame".to_vec())).expect("answers");
    assert_eq!(answer, b"ok");
    let asked = server.join().expect("serves").remove(0);
    let asked = String::from_utf8(asked).expect("text");
    let (head, body) = asked.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("POST /api/v1/device/sync "));
    assert_eq!(header(head, "content-type"), Some(SYNC_TYPE));
    let params = SignatureParams::parse(header(head, "signature-input").expect("there"));
    let signature = parse_signature(header(head, "signature").expect("there"));
    let parts = SignedParts {
        method: "POST",
        path: "/api/v1/device/sync",
        query: "",
        content_digest: header(head, "content-digest").expect("there"),
    };
    verify(
        &parts,
        body.as_bytes(),
        &params.expect("parses"),
        &signature.expect("parses"),
        &key().public_key(),
    )
    .expect("holds");
}

#[test]
fn a_status_says_what_is_to_be_done() {
    let (url, server) = serve(vec![
        "HTTP/1.1 503 x\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 403 x\r\ncontent-length: 17\r\nconnection: close\r\n\r\n{\"title\":\"gone\"} ",
        "HTTP/1.1 409 x\r\nupload-offset: 65536\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ]);
    let hash = Digest::sha256(b"x");
    let mut link = transport(&url);
    run(async {
        let busy = link.sync(Vec::new()).await.expect_err("busy");
        assert_eq!(busy.retry, Retry::After(Some(1_000)));
        let gone = link.sync(Vec::new()).await.expect_err("gone");
        assert_eq!(
            (gone.retry, gone.what.as_str()),
            (Retry::Person, "the centre answered 403 (gone)")
        );
        let state = link
            .media_append(hash, 0, vec![1])
            .await
            .expect("an answer");
        assert_eq!((state.offset, state.complete), (65_536, false));
    });
    assert_eq!(server.join().expect("serves").len(), 3);
}

#[test]
fn a_file_that_is_not_listed_yet_is_another_matter_than_a_path_that_is_not_there() {
    const ABSENT: &str = "HTTP/1.1 404 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (url, server) = serve(vec![ABSENT; 5]);
    let hash = Digest::sha256(b"x");
    let mut link = transport(&url);
    run(async {
        let state = link.media_state(hash).await.expect_err("not listed");
        let chunks = link.media_chunks(hash, vec![0; 32]).await;
        let append = link.media_append(hash, 0, vec![1]).await;
        let read = link.media_read(hash, 0, 1).await.expect_err("absent");
        let sync = link.sync(Vec::new()).await.expect_err("absent");
        assert_eq!(state.retry, Retry::Apart);
        assert_eq!(chunks.expect_err("not listed").retry, Retry::Apart);
        assert_eq!(append.expect_err("not listed").retry, Retry::Apart);
        assert_eq!((read.retry, sync.retry), (Retry::Never, Retry::Never));
    });
    assert_eq!(server.join().expect("serves").len(), 5);
}

#[test]
fn plain_http_is_for_loopback_only() {
    let open = |url: &str| {
        HttpTransport::new(
            url,
            HttpOptions::default(),
            key(),
            || [7; 16],
            now as fn() -> i64,
        )
        .is_ok()
    };
    assert!(open("http://127.0.0.1:1"));
    assert!(open("http://[::1]:1"));
    assert!(open("https://tala.example"));
    assert!(!open("http://tala.example"));
    assert!(!open("http://127.0.0.1.example"));
    assert!(!open("ftp://127.0.0.1"));
    assert!(!open("nonsense"));
}

#[test]
fn after_a_refusal_the_link_is_quiet_for_as_long_as_the_centre_asked() {
    let (url, server) = serve(vec![
        "HTTP/1.1 429 x\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
    ]);
    let options = HttpOptions {
        attempts: 3,
        ..HttpOptions::default()
    };
    let made = HttpTransport::new(&url, options, key(), || [7; 16], now as fn() -> i64);
    let mut link = made.expect("an address on loopback");
    run(async {
        let began = std::time::Instant::now();
        let refused = link.sync(b"first".to_vec()).await.expect_err("too often");
        assert_eq!(refused.retry, Retry::After(Some(1_000)));
        // The same bytes do not go again: what is sent next is for the caller to say.
        assert!(link.tries_again(&refused));
        let a_moment = std::time::Duration::from_millis(50);
        let cut_short = tokio::time::timeout(a_moment, link.ready()).await;
        assert!(cut_short.is_err(), "it waits");
        let answer = link.sync(b"second".to_vec()).await.expect("answers");
        assert_eq!(answer, b"ok");
        assert!(began.elapsed().as_millis() >= 1_000, "it waited to the end");
    });
    let asked = server.join().expect("serves");
    assert!(asked[1].ends_with(b"second"));
}
