//! `tala enrol` and `tala sync`: whatever talks to the centre.

use std::path::Path;

use serde_json::json;
use tala_client::enrol::{EnrolError, Enrolment};
use tala_client::outbox::Link;
use tala_client::signer::software::SoftwareSigner;
use tala_client::signer::{Signer, SignerError, sign_pending};
use tala_client::store::Store as _;
use tala_client::sync::drive::{Surroundings, sync as drive};
use tala_client::sync::{Summary, SyncOptions, Why};
use tala_client::transport::Transport as _;
use tala_client::transport::http::{HttpOptions, HttpTransport};
use tala_protocol::key::{PublicKey, Signature};
use tala_protocol::sync::enrol::EnrolmentCode;

use crate::args::{EnrolArgs, SyncArgs};
use crate::fault::{Fault, Outcome};
use crate::home::{Home, Phone, SystemEntropy, now, now_s};
use crate::patrol::short;
use crate::say::Say;

/// A key that the link borrows.
struct Borrowed<'a>(&'a SoftwareSigner);

impl Signer for Borrowed<'_> {
    fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        self.0.sign(message).await
    }
}

/// Makes this phone known to a centre.
pub(crate) fn enrol(args: &EnrolArgs, folder: &Path, say: &Say) -> Outcome {
    let home = Home::take(folder)?;
    let code: EnrolmentCode = args.code.parse()?;
    let mut store = home.store()?;
    if store.setting("identity")?.is_some() {
        return Err(EnrolError::Already.into());
    }
    let signer = home.signer()?;
    let enrolment = Enrolment::new(code, signer.public_key(), args.name.clone());
    let options = options(args.roots.as_deref(), 1)?;
    let link = HttpTransport::new(
        enrolment.url(),
        options,
        Borrowed(&signer),
        SystemEntropy,
        now_s,
    );
    let mut link = link?;
    let answer = run(async {
        let proof = signer.sign(&enrolment.to_sign()).await?;
        Ok::<_, Fault>(link.enrol(enrolment.request(proof)).await?)
    })??;
    let identity = enrolment.finish(&answer, &mut store, now().wall)?;
    drop(store);
    // The first opening writes the marker that later ones are compared with.
    home.open()?;
    let json = json!({
        "device": identity.device.to_string(),
        "unit": identity.unit.to_string(),
        "person": identity.person.map(|person| person.to_string()),
        "url": identity.url,
    });
    let device = identity.device.to_string();
    let human = format!(
        "{} {}",
        say.text("已登记, 设备", "enrolled, device"),
        short(&device)
    );
    say.answer(&json, &human)
}

/// Hands over and fetches.
pub(crate) fn sync(args: &SyncArgs, phone: &mut Phone, say: &Say) -> Outcome {
    if let Some(url) = &args.url {
        phone.engine.set_url(url.clone())?;
    }
    let options = options(args.roots.as_deref(), args.attempts)?;
    let url = phone.engine.identity().url.clone();
    let mut link =
        HttpTransport::new(&url, options, Borrowed(&phone.signer), SystemEntropy, now_s)?;
    let mut with = Surroundings {
        transport: &mut link,
        signer: &phone.signer,
        blobs: &phone.blobs,
        clock: now,
        battery_pct: None,
    };
    let options = SyncOptions {
        why: if args.periodic {
            Why::Periodic
        } else {
            Why::Officer
        },
        link: if args.weak { Link::Weak } else { Link::Good },
        originals: !args.no_originals,
    };
    let summary = run(drive(&mut phone.engine, &mut with, options))??;
    phone.engine.rest()?;
    answer(&summary, phone, say)
}

fn answer(summary: &Summary, phone: &Phone, say: &Say) -> Outcome {
    let alarm = phone.engine.centre().alarm;
    let json = json!({
        "round_trips": summary.round_trips,
        "handed_over": summary.handed_over,
        "proved": summary.proved,
        "fetched": summary.fetched,
        "refused": summary.refused,
        "later": summary.later,
        "restored": summary.restored,
        "moved": summary.moved,
        "uploaded": summary.uploaded,
        "put_off": summary.put_off,
        "alarm": alarm.map(|alarm| format!("{alarm:?}")),
    });
    let mut human = format!(
        "{} {}, {} {}, {} {}",
        say.text("已交", "handed over"),
        summary.handed_over,
        say.text("已证明", "proved"),
        summary.proved,
        say.text("收到", "fetched"),
        summary.fetched,
    );
    if summary.later {
        human.push_str(say.text(
            "; 中心要求稍后再交",
            "; the centre asks to send the rest later",
        ));
    }
    if summary.restored {
        human.push_str(say.text("; 中心已恢复", "; the centre was restored"));
    }
    if alarm.is_some() {
        human.push_str(say.text(
            "; 警报: 中心的日志不一致",
            "; ALARM: the centre's log does not fit",
        ));
    }
    say.answer(&json, &human)
}

impl Phone {
    /// Signs what waits, if the key is at hand.
    pub(crate) fn sign(&mut self) -> Outcome {
        run(sign_pending(&mut self.engine, &self.signer))??;
        Ok(())
    }
}

fn options(roots: Option<&Path>, attempts: u32) -> Outcome<HttpOptions> {
    let roots_pem = match roots {
        Some(path) => Some(std::fs::read(path)?),
        None => None,
    };
    Ok(HttpOptions {
        roots_pem,
        attempts,
    })
}

fn run<T>(future: impl Future<Output = T>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(future))
}
