//! Incidents, as desks see them.

use serde_json::Value;
use tala_protocol::cert::Directory;
use tala_protocol::id::ObjectId;
use tala_protocol::registry::Code;
use tala_protocol::time::UnixMs;

use super::fields::{field, text, time_text};
use super::rows::{self, author, degrees, time};
use super::{IncidentFilter, Listed, Rows, Tagged};
use crate::app::access::Grant;
use crate::app::{AppError, Centre};
use crate::http::wire::NamesWire;
use crate::http::wire::incident::{
    CategoryWire, EvidenceWire, HistoryWire, IncidentDetailWire, IncidentTypeWire,
    IncidentTypesWire, IncidentWire, NewerWire, OffsetWire, RuleWire, SummaryWire, TriageWire,
};
use crate::http::wire::page::{Key, PageAsked};
use crate::store::projections::{ChangeRow, IncidentRow, Page, RowKind};
use crate::store::{Lsn, read};

/// Most rows that are looked through for one page of a filtered list.
const LOOKED_AT_MAX: usize = 20_000;
const STEP: usize = 500;
const HISTORY_MAX: usize = 2_000;
const FOUND_MAX: usize = 10_000;

/// A page of incidents.
pub(super) fn list(
    centre: &Centre,
    grant: &Grant,
    filter: &IncidentFilter,
    asked: &PageAsked,
) -> Result<Rows<Listed>, AppError> {
    let sight = rows::sight(centre, grant, filter.unit);
    let having = match &filter.q {
        None => None,
        Some(words) => Some(having(centre, words)?),
    };
    let mut page = Page {
        from: filter.from.map(|at| at.0),
        until: filter.until.map(|at| at.0),
        limit: STEP,
        ..rows::page(RowKind::Incident, asked)
    };
    let (mut found, mut looked_at) = (Vec::new(), 0);
    while looked_at < LOOKED_AT_MAX {
        let step: Rows<IncidentRow> = rows::list(centre, &sight, &page)?;
        let Some((Key(at, key), _)) = step.last() else {
            break;
        };
        page.behind = Some((*at, key.clone()));
        looked_at += step.len();
        for (key, it) in step {
            let shown = wire(centre, &it);
            let has_words = having.as_ref().is_none_or(|ids| ids.contains(&it.id));
            if has_words && fits(filter, &shown) {
                let tag = tag(&it);
                let incident = shown;
                found.push((key, Listed { tag, incident }));
            }
            if found.len() == asked.limit {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// One incident.
pub(super) fn detail(centre: &Centre, grant: &Grant, id: ObjectId) -> Result<Tagged, AppError> {
    let it: IncidentRow = rows::one(centre, grant, RowKind::Incident, id.as_bytes())?;
    let directory = Centre::directory(centre);
    let fields = it.fields.iter().map(|it| field(&directory, it)).collect();
    let newer = it.newer.iter().map(|it| NewerWire {
        path: text(it, "path").unwrap_or_default(),
        value: it.get("value").cloned().unwrap_or(Value::Null),
    });
    let incident = IncidentDetailWire {
        incident: wire(centre, &it),
        narrative: it.narrative.clone(),
        geometry: it.geometry.clone(),
        offset: it.offset.as_ref().and_then(offset),
        campaign: it.campaign.map(|id| id.to_string()),
        fields,
        evidence: it.evidence.iter().filter_map(|e| evidence(id, e)).collect(),
        triage: it
            .triage
            .as_ref()
            .and_then(|found| triage(centre, &it, found)),
        history: history(centre, grant, &directory, id)?,
        quarantine: super::admin::apart(centre, grant, id)?,
        newer: newer.collect(),
    };
    Ok(Tagged {
        tag: tag(&it),
        incident,
    })
}

/// What stands for the present content: the heads of the document.
pub(super) fn tag(it: &IncidentRow) -> String {
    it.heads.join(".")
}

/// An incident in a list. Whether it is unread is the handler's to say, who knows the reader.
pub(super) fn wire(centre: &Centre, it: &IncidentRow) -> IncidentWire {
    let directory = Centre::directory(centre);
    let square_metres = |dm2: u64| u32::try_from(dm2 / 100).map(f64::from).ok();
    IncidentWire {
        id: it.id.to_string(),
        unit: it.owner.unit.to_string(),
        category: it.category.as_ref().map(|code| category(centre, it, code)),
        title: it.title.clone(),
        severity: it.severity.clone(),
        occurred_at: time(it.occurred_at),
        known_at: time(it.known_at),
        reporter: author(&directory, &it.reporter),
        patrol: it.patrol.map(|id| id.to_string()),
        point: it.point_e7.map(|(lon, lat)| [degrees(lon), degrees(lat)]),
        area_m2: it.area_dm2.and_then(|(area, _)| square_metres(area)),
        area_error_m2: it.area_dm2.and_then(|(_, error)| square_metres(error)),
        band: it.band.clone(),
        route: it.route.clone(),
        photos: u64::try_from(it.evidence.len()).unwrap_or(u64::MAX),
        conflicts: u64::from(it.conflicts),
        unread: false,
        state: if it.apart > 0 {
            "quarantined_part"
        } else {
            "at_centre"
        },
    }
}

/// The incident types in force today.
pub(super) fn types(centre: &Centre) -> Result<IncidentTypesWire, AppError> {
    let in_force = centre.in_force();
    let registry = in_force.at(centre.now()).types;
    let registry = registry.ok_or(AppError::NotFound)?;
    let items = registry.entries().iter().zip(1..).map(|(it, order)| {
        let labels = NamesWire::of_labels(&it.labels);
        IncidentTypeWire {
            code: it.code.clone(),
            icon: it.icon.clone(),
            labels,
            route: it.route.as_ref().map(|route| route.word().to_owned()),
            order,
        }
    });
    Ok(IncidentTypesWire {
        version: registry.number,
        items: items.collect(),
    })
}

/// Named as on the day of the incident.
fn category(centre: &Centre, it: &IncidentRow, code: &Code) -> CategoryWire {
    let in_force = centre.in_force();
    let kind = in_force.at(UnixMs(it.occurred_at)).type_of(code);
    CategoryWire {
        code: code.to_string(),
        label: kind.map_or_else(NamesWire::default, |kind| {
            NamesWire::of_labels(&kind.labels)
        }),
    }
}

fn fits(filter: &IncidentFilter, it: &IncidentWire) -> bool {
    let code = it.category.as_ref().map(|category| &category.code);
    let same = |asked: &Option<String>, has: Option<&String>| {
        asked.as_ref().is_none_or(|asked| has == Some(asked))
    };
    same(&filter.category, code) && same(&filter.band, it.band.as_ref())
}

fn having(centre: &Centre, words: &str) -> Result<Vec<ObjectId>, AppError> {
    let tokens = centre.search_tokens(words);
    let found = read(centre.store(), |reads| {
        reads.having_tokens(&tokens, FOUND_MAX)
    });
    Ok(found?)
}

fn history(
    centre: &Centre,
    grant: &Grant,
    directory: &Directory,
    id: ObjectId,
) -> Result<Vec<HistoryWire>, AppError> {
    let page = Page {
        parent: Some(id),
        ..Page::of(RowKind::Change, HISTORY_MAX)
    };
    let changes: Rows<ChangeRow> = rows::list(centre, &grant.sight(None), &page)?;
    let proved_below = centre.proved_below()?;
    let one = |it: &ChangeRow| {
        let touched = it.touched.iter();
        let fields: Vec<&str> = touched.clone().map(|(path, _)| path.as_str()).collect();
        let values: Vec<String> = touched.map(|(_, value)| plain(value)).collect();
        HistoryWire {
            at: time(it.at),
            known_at: time(it.known_at),
            person: it.person.map(|id| rows::person(directory, id)),
            device: it.device.to_string(),
            summary: SummaryWire {
                field: fields.join(", "),
                value: values.join(", "),
            },
            envelope: it.envelope.clone(),
            lsn: it.lsn,
            receipt: receipt(Lsn(it.lsn), proved_below),
        }
    };
    Ok(changes.iter().map(|(_, it)| one(it)).collect())
}

/// What a receipt of an envelope can be now: an acknowledgement, or a proof under a signed checkpoint.
fn receipt(lsn: Lsn, proved_below: Lsn) -> &'static str {
    match lsn < proved_below {
        true => "proved",
        false => "acknowledged",
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn evidence(incident: ObjectId, it: &Value) -> Option<EvidenceWire> {
    let hash = text(it, "hash")?;
    let href = format!("/api/v1/incidents/{incident}/media/{hash}");
    Some(EvidenceWire {
        thumb: format!("{href}/thumb"),
        href,
        media_type: text(it, "media_type").unwrap_or_default(),
        size: it.get("size").and_then(Value::as_u64).unwrap_or(0),
        taken_at: time_text(it, "taken_at"),
        point: it
            .get("point")
            .and_then(|it| serde_json::from_value(it.clone()).ok()),
        title: text(it, "title"),
        // How much of it is here is the doors' knowledge; the handler fills it in.
        state: "absent",
        received: 0,
        hash,
    })
}

fn offset(it: &Value) -> Option<OffsetWire> {
    Some(OffsetWire {
        bearing_deg: it.get("bearing_deg")?.as_f64()?,
        distance_m: it.get("distance_m")?.as_f64()?,
        observer: it
            .get("observer")
            .and_then(|it| serde_json::from_value(it.clone()).ok()),
    })
}

fn triage(centre: &Centre, it: &IncidentRow, found: &Value) -> Option<TriageWire> {
    let number = |name: &str| found.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    let rule = found.get("rule")?;
    let code = text(rule, "id")?;
    let in_force = centre.in_force();
    let rules = in_force.at(UnixMs(it.occurred_at)).rules;
    let known = rules.and_then(|rules| rules.entries().iter().find(|it| it.code == code));
    Some(TriageWire {
        band: text(found, "band")?,
        amount_mu: number("amount_mu"),
        error_mu: number("error_mu"),
        threshold_mu: number("threshold_mu"),
        rule: RuleWire {
            version: rule.get("version").and_then(Value::as_u64).unwrap_or(0),
            effective_from: text(rule, "effective_from").unwrap_or_default(),
            source: text(rule, "source").unwrap_or_default(),
            text: known.map_or_else(NamesWire::default, |it| NamesWire::of_labels(&it.text)),
            id: code,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_checkpoint_covers_yet_is_acknowledged_and_not_proved() {
        let proved_below = Lsn(7);
        assert_eq!(receipt(Lsn(6), proved_below), "proved");
        assert_eq!(receipt(Lsn(7), proved_below), "acknowledged");
    }
}
