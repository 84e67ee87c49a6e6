//! *Test connection*: what a person wants to know before events flow.

use super::api::Api;
use super::course::{WIDEST, Window};
use super::page::{Row, RowKind};
use super::problems as say;
use super::start::Start;
use super::trouble::Trouble;
use crate::clock::{Millis, parse_rfc3339, rfc3339};
use crate::json;
use crate::problem::Problem;
use crate::source::SourceTest;

const DAY: Millis = 24 * 60 * 60 * 1000;
/// Rows to look at, as the newest ones may be its own.
const FEW: usize = 20;

pub(super) fn failed(problem: Problem) -> SourceTest {
    SourceTest {
        headline: problem.summary.clone(),
        facts: Vec::new(),
        problem: Some(problem),
        warning: None,
    }
}

pub(super) async fn run(mut api: Api, start: Start) -> SourceTest {
    let newest = newest(&mut api).await;
    // Whose log it is may be known though it may not be read.
    let name = known_organisation(&mut api).await;
    match newest {
        Ok(Some(row)) => readable(&api, start, name, &row),
        Ok(None) => refused(&api, name, say::nothing_there()),
        Err(trouble) => {
            let problem = trouble.problem().cloned();
            refused(&api, name, problem.unwrap_or_else(say::nothing_there))
        }
    }
}

fn refused(api: &Api, organisation: Option<String>, problem: Problem) -> SourceTest {
    let mut test = failed(problem);
    let organisation = organisation.map(|name| ("Organisation".to_owned(), name));
    test.facts.extend(organisation);
    test.facts.push(("Site".to_owned(), api.site().place()));
    test
}

fn readable(api: &Api, start: Start, name: Option<String>, newest: &Row) -> SourceTest {
    let text = |name: &str| {
        let (RowKind::Event(bytes) | RowKind::Own(bytes)) = &newest.kind else {
            return None;
        };
        Some(json::member(bytes, name)?.text()?.into_owned())
    };
    let time = |name: &str| parse_rfc3339(&text(name)?);
    let id = text("orgId");
    let created = time("createdAt");
    let retention = time("expiresAt")
        .zip(created)
        .map(|(expires, created)| expires - created)
        .filter(|it| *it > 0);
    let gone = retention
        .map(|retention| api.now() - retention)
        .filter(|oldest| start.at(api.now()) < *oldest)
        .map(|oldest| {
            let oldest = rfc3339(oldest);
            format!(
                "Infisical keeps nothing from before {oldest}: reading begins with what is left"
            )
        });
    let organisation = name.clone().or_else(|| id.clone());
    let facts = [
        ("Organisation", organisation.clone()),
        ("Organisation ID", id.filter(|_| name.is_some())),
        ("Site", Some(api.site().place())),
        ("Identity", api.own().identity().map(str::to_owned)),
        ("Retention", retention.map(days)),
        ("Newest event", created.map(rfc3339)),
        ("Start", gone),
    ];
    let whose = organisation.unwrap_or_else(|| "the organisation".into());
    SourceTest {
        headline: format!("Infisical lets Penstock read the audit logs of {whose}."),
        facts: facts
            .into_iter()
            .filter_map(|(label, text)| Some((label.to_owned(), text?)))
            .collect(),
        problem: None,
        warning: api.clock_warning(),
    }
}

fn days(retention: Millis) -> String {
    match (retention + DAY / 2) / DAY {
        1 => "1 day".into(),
        0 => format!("{} hours", retention * 24 / DAY),
        days => format!("{days} days"),
    }
}

/// The newest row of the last three months, rather one that is not its own; looked for in ever
/// shorter stretches where Infisical takes too long.
async fn newest(api: &mut Api) -> Result<Option<Row>, Trouble> {
    api.sign_in().await?;
    let mut span = WIDEST;
    loop {
        // Up to a moment that is certainly there: clocks differ.
        let end = api.now() + 60_000;
        let window = Window {
            start: end - span,
            end,
        };
        match api.list(window, 0, FEW).await {
            Ok(mut page) => {
                let others = |row: &Row| matches!(row.kind, RowKind::Event(_));
                let at = page.rows.iter().position(others).unwrap_or(0);
                return Ok((at < page.rows.len()).then(|| page.rows.swap_remove(at)));
            }
            Err(Trouble::TooWide(_)) if span > DAY / 24 => span /= 8,
            Err(trouble) => return Err(trouble),
        }
    }
}

async fn known_organisation(api: &mut Api) -> Option<String> {
    // A person's token is not told, and a sign-in that was refused is not tried twice.
    match api.own().is_person() || !api.is_signed_in() {
        true => None,
        false => api.organisation().await,
    }
}
