//! `tala export`, `import`, `forget`.

use serde_json::json;
use tala_protocol::doc::DocType;
use tala_protocol::track::export::{geojson, gpx};

use crate::args::{ExportArgs, ExportForm, ImportArgs};
use crate::fault::{Fault, Outcome};
use crate::find;
use crate::home::{Phone, now};
use crate::say::Say;

/// Writes a file.
pub(crate) fn run(args: &ExportArgs, phone: &mut Phone, say: &Say) -> Outcome {
    let (bytes, what) = match (args.form, &args.id) {
        (ExportForm::Bundle, None) => (phone.engine.bundle(None)?, json!(null)),
        (ExportForm::Bundle, Some(id)) => {
            let (object, _) = find::record(phone, id)?;
            (phone.engine.bundle(Some(&[object]))?, json!(null))
        }
        (form, Some(id)) => track(form, id, phone)?,
        (_, None) => return Err(Fault::new("which patrol?")),
    };
    std::fs::write(&args.out, &bytes)?;
    phone.engine.rest()?;
    let json = json!({ "file": args.out, "bytes": bytes.len(), "track": what });
    let human = format!(
        "{} {} ({} B)",
        say.text("已写入", "wrote"),
        args.out.display(),
        bytes.len()
    );
    say.answer(&json, &human)
}

/// Takes a bundle in.
pub(crate) fn import(args: &ImportArgs, phone: &mut Phone, say: &Say) -> Outcome {
    let taken = phone
        .engine
        .take_bundle(&std::fs::read(&args.file)?, now().wall)?;
    phone.engine.rest()?;
    let json = json!({
        "new": taken.new, "known": taken.known, "refused": taken.refused, "forks": taken.forks,
    });
    say.answer(
        &json,
        &format!("{} {}", say.text("新收到", "new here:"), taken.new),
    )
}

/// Lets go of what is safely elsewhere.
pub(crate) fn forget(phone: &mut Phone, say: &Say) -> Outcome {
    let gone = phone.engine.forget(&mut phone.blobs, now())?;
    phone.engine.rest()?;
    let json = json!({ "segments": gone.segments, "files": gone.files });
    let human = format!(
        "{} {} {}, {} {}",
        say.text("已清理", "let go of"),
        gone.segments,
        say.text("个轨迹段", "segments"),
        gone.files,
        say.text("个附件", "files"),
    );
    say.answer(&json, &human)
}

fn track(form: ExportForm, id: &str, phone: &mut Phone) -> Outcome<(Vec<u8>, serde_json::Value)> {
    let (object, doc_type) = find::record(phone, id)?;
    if doc_type != DocType::Patrol {
        return Err(Fault::new("only patrols have a track"));
    }
    let track = phone.engine.track(object)?;
    let what = json!({
        "fixes": track.fixes.len(), "gaps": track.gaps.len(), "unread": track.unread,
    });
    let bytes = match form {
        ExportForm::Gpx => gpx(&object.to_string(), &track.fixes, &track.gaps).into_bytes(),
        ExportForm::Geojson | ExportForm::Bundle => {
            geojson(&track.fixes, &track.gaps).to_string().into_bytes()
        }
    };
    Ok((bytes, what))
}
