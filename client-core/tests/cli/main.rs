//! The `tala` command as its users meet it: real processes, real files, HTTP on loopback, and the model
//! of the centre at the other end.
#![allow(clippy::expect_used, reason = "a test stops where something cannot be")]

mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use server::Server;

struct Tala {
    home: PathBuf,
}

impl Tala {
    fn at(folder: &Path, name: &str) -> Self {
        Self {
            home: folder.join(name),
        }
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tala"))
            .args(args)
            .arg("--home")
            .arg(&self.home)
            .output()
            .expect("runs")
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {error}");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = text.lines().last().expect("an answer");
        serde_json::from_str(last).expect("JSON")
    }

    fn exit(&self, args: &[&str]) -> Option<i32> {
        self.run(args).status.code()
    }
}

fn gpx(folder: &Path) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"t\" \
         xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>",
    );
    for n in 0..650 {
        text += &format!(
            "<trkpt lat=\"{:.7}\" lon=\"116.0\"><ele>1200.5</ele>\
             <time>2026-06-01T06:{:02}:{:02}Z</time></trkpt>",
            43.6 + f64::from(n) * 0.00002,
            n / 60,
            n % 60
        );
    }
    text += "</trkseg></trk></gpx>";
    let path = folder.join("ride.gpx");
    std::fs::write(&path, text).expect("writes");
    path.to_string_lossy().into_owned()
}

fn photo(folder: &Path) -> String {
    let picture = image::RgbImage::from_fn(900, 700, |x, y| {
        let noise = x
            .wrapping_mul(2_654_435_761)
            .wrapping_add(y.wrapping_mul(40_503))
            >> 13;
        image::Rgb([(noise % 256) as u8, (x % 256) as u8, (y % 256) as u8])
    });
    let path = folder.join("photo.jpg");
    picture.save(&path).expect("saves");
    path.to_string_lossy().into_owned()
}

#[test]
fn a_patrol_from_the_saddle_to_the_centre() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start();
    let tala = Tala::at(folder.path(), "phone");
    assert_eq!(tala.exit(&["status"]), Some(3), "not enrolled");
    let enrolled = tala.json(&["enrol", &server.code()]);
    assert_eq!(enrolled["url"], server.url());
    assert_eq!(tala.exit(&["enrol", &server.code()]), Some(1), "once only");

    let started = tala.json(&["patrol", "start", "--title", "北线"]);
    assert_eq!(started["state"], "recording");
    let recorded = tala.json(&["record", &gpx(folder.path())]);
    assert_eq!(
        (&recorded["fixes"], &recorded["segments"]),
        (&650.into(), &2.into())
    );
    let incident = tala.json(&[
        "report",
        "--category",
        "reclamation",
        "--title",
        "新开垦",
        "--at",
        "43.6,116.0",
        "--photo",
        &photo(folder.path()),
    ]);
    let stopped = tala.json(&["patrol", "stop"]);
    assert_eq!(
        (&stopped["state"], &stopped["unsealed"]),
        (&"ended".into(), &0.into())
    );

    let before = tala.json(&["status"]);
    let records = before["records"].as_array().expect("a list");
    assert_eq!(records.len(), 2);
    assert!(
        records.iter().all(|record| record["state"] == "here"),
        "{before}"
    );
    let synced = tala.json(&["sync"]);
    assert_eq!(synced["uploaded"], 2, "{synced}");
    let after = tala.json(&["status"]);
    let records = after["records"].as_array().expect("a list");
    assert!(
        records.iter().all(|record| record["state"] == "at_centre"),
        "{after}"
    );

    let id = incident["incident"].as_str().expect("an id");
    let shown = tala.json(&["show", &id[..8]]);
    assert_eq!(shown["title"], "新开垦");
    assert!(
        shown["media"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|m| m["complete"] == true)
    );
    let out = folder.path().join("out.gpx").to_string_lossy().into_owned();
    let patrol = started["patrol"].as_str().expect("an id");
    let exported = tala.json(&["export", "gpx", patrol, "--out", &out]);
    assert_eq!(exported["track"]["fixes"], 650);
}

#[test]
fn two_phones_edit_one_incident_and_the_conflict_is_shown_with_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start();
    let (a, b) = (Tala::at(folder.path(), "a"), Tala::at(folder.path(), "b"));
    for tala in [&a, &b] {
        tala.json(&["enrol", &server.code()]);
    }
    let made = a.json(&["report", "--title", "起火"]);
    let id = made["incident"].as_str().expect("an id");
    for tala in [&a, &b] {
        tala.json(&["sync"]);
    }
    a.json(&["edit", id, "--title", "甲", "--narrative", "两台拖拉机"]);
    b.json(&["edit", id, "--title", "乙", "--severity", "high"]);
    for tala in [&a, &b, &a] {
        tala.json(&["sync"]);
    }
    let (of_a, of_b) = (a.json(&["show", id]), b.json(&["show", id]));
    assert_eq!(of_a["fields"], of_b["fields"]);
    let values = of_a["conflicts"][0]["values"].as_array().expect("a list");
    assert_eq!(values.len(), 2);
    assert!(
        values.iter().all(|value| value["name"].is_string()),
        "{of_a}"
    );
}

#[test]
fn exit_codes_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start();
    let tala = Tala::at(folder.path(), "phone");
    assert_eq!(tala.exit(&["sing"]), Some(2));
    assert_eq!(tala.exit(&["enrol", "nonsense"]), Some(1));
    tala.json(&["enrol", &server.code()]);
    assert_eq!(tala.exit(&["patrol", "pause"]), Some(1));
    let elsewhere = ["sync", "--attempts", "1", "--url", "http://127.0.0.1:9"];
    assert_eq!(tala.exit(&elsewhere), Some(4), "nobody there");
    let in_the_open = ["sync", "--attempts", "1", "--url", "http://tala.example"];
    assert_eq!(tala.exit(&in_the_open), Some(5), "plain http");
    let human = tala.run(&["status", "--lang", "en"]);
    assert!(String::from_utf8_lossy(&human.stdout).contains("last sync"));
    let chinese = tala.run(&["status", "--lang", "zh"]);
    assert!(String::from_utf8_lossy(&chinese.stdout).contains("上次同步"));
}
