//! HTTP around the model of the centre: as much as the command needs.
#![allow(clippy::expect_used, reason = "a test stops where something cannot be")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use tala_client::testing::{Bureau, Centre};
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, PersonId};
use tala_protocol::sync::enrol::EnrolmentCode;
use tala_protocol::sync::http_signature::SignatureParams;

/// A centre on loopback. Its thread ends with the test's process.
pub(crate) struct Server {
    url: String,
    root: Digest,
}

struct Request {
    method: String,
    path: String,
    head: String,
    body: Vec<u8>,
}

struct Answer {
    status: &'static str,
    headers: String,
    body: Vec<u8>,
}

impl Server {
    /// Starts one.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let url = format!("http://{}", listener.local_addr().expect("has one"));
        let bureau = Bureau::new(7);
        let root = bureau.root_key().fingerprint();
        std::thread::spawn(move || {
            serve(&listener, Centre::new(bureau, LogId::from_bytes([1; 16])))
        });
        Self { url, root }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The text of a code picture.
    pub(crate) fn code(&self) -> String {
        let code = EnrolmentCode {
            url: self.url.clone(),
            root: self.root,
            code: [9; 16],
        };
        code.to_string()
    }
}

fn serve(listener: &TcpListener, mut centre: Centre) {
    let mut people = 0;
    for socket in listener.incoming() {
        let mut socket = socket.expect("accepts");
        // One request per connection keeps this server simple.
        if let Some(request) = read(&mut socket) {
            let answer = answer(&mut centre, &request, &mut people);
            let head = format!(
                "HTTP/1.1 {}\r\ncontent-length: {}\r\nconnection: close\r\n{}\r\n",
                answer.status,
                answer.body.len(),
                answer.headers
            );
            socket.write_all(head.as_bytes()).expect("writes");
            if request.method != "HEAD" {
                socket.write_all(&answer.body).expect("writes");
            }
        }
    }
}

fn read(socket: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65_536];
    loop {
        let n = socket.read(&mut buffer).ok()?;
        bytes.extend_from_slice(&buffer[..n]);
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length =
                header(&head, "content-length").map_or(0, |v| v.parse().expect("a number"));
            if bytes.len() >= end + 4 + length {
                let mut first = head.split_whitespace();
                return Some(Request {
                    method: first.next()?.to_owned(),
                    path: first.next()?.to_owned(),
                    body: bytes[end + 4..].to_vec(),
                    head,
                });
            }
        }
        if n == 0 {
            return None;
        }
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

fn answer(centre: &mut Centre, request: &Request, people: &mut u8) -> Answer {
    let input = header(&request.head, "signature-input").expect("signed");
    let device = SignatureParams::parse(&input).expect("our form").device;
    let ok = |body| Answer {
        status: "200 OK",
        headers: String::new(),
        body,
    };
    match request.path.strip_prefix("/api/v1/device/").expect("ours") {
        "enrol" => {
            *people += 1;
            ok(centre.enrol(&request.body, PersonId::from_bytes([*people; 16])))
        }
        "sync" => ok(centre.sync(device, &request.body)),
        path => match path.strip_prefix("media/") {
            Some(media) => file(centre, request, media),
            None => Answer {
                status: "404 Not Found",
                headers: String::new(),
                body: Vec::new(),
            },
        },
    }
}

fn file(centre: &mut Centre, request: &Request, path: &str) -> Answer {
    let name = path.strip_suffix("/chunks").unwrap_or(path);
    let hash = Digest::from_hex(name).expect("a hash");
    let held = centre.files.entry(hash).or_default();
    let mut status = "204 No Content";
    if request.method == "PATCH" {
        let offset = header(&request.head, "upload-offset").expect("there");
        if offset == held.len().to_string() {
            held.extend_from_slice(&request.body);
        } else {
            status = "409 Conflict";
        }
    }
    let complete = if Digest::sha256(held) == hash {
        "?1"
    } else {
        "?0"
    };
    Answer {
        status,
        headers: format!(
            "upload-offset: {}\r\nupload-complete: {complete}\r\n",
            held.len()
        ),
        body: Vec::new(),
    }
}
