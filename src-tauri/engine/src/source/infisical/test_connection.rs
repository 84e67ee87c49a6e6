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

pub(super) fn failed(problem: Problem) -> SourceTest {
    SourceTest {
        headline: problem.summary.clone(),
        facts: Vec::new(),
        problem: Some(problem),
    }
}

pub(super) async fn run(mut api: Api, start: Start) -> SourceTest {
    let newest = match newest(&mut api).await {
        Ok(newest) => newest,
        Err(trouble) => {
            let problem = trouble.problem().cloned();
            let mut test = failed(problem.unwrap_or_else(say::nothing_there));
            // Who it is may be known though it may not read.
            if let Some(name) = known_organisation(&mut api).await {
                test.facts.push(("Organisation".into(), name));
            }
            test.facts.push(("Site".into(), api.site().place()));
            return test;
        }
    };
    let text = |name: &str| {
        let row = newest.as_ref()?;
        let (RowKind::Event(bytes) | RowKind::Own(bytes)) = &row.kind else {
            return None;
        };
        Some(json::member(bytes, name)?.text()?.into_owned())
    };
    let name = known_organisation(&mut api).await;
    let id = text("orgId");
    let organisation = name.clone().or_else(|| id.clone());
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut fact = |label: &str, text: Option<String>| {
        facts.extend(text.map(|text| (label.to_owned(), text)));
    };
    fact("Organisation", organisation.clone());
    fact("Organisation ID", id.filter(|_| name.is_some()));
    fact("Site", Some(api.site().place()));
    fact("Identity", api.own().identity().map(str::to_owned));
    let created = text("createdAt").and_then(|it| parse_rfc3339(&it));
    let retention = text("expiresAt")
        .and_then(|it| parse_rfc3339(&it))
        .zip(created)
        .map(|(expires, created)| expires - created)
        .filter(|it| *it > 0);
    fact("Retention", retention.map(days));
    fact("Newest event", created.map(rfc3339));
    if let Some(retention) = retention {
        let oldest = api.now() - retention;
        if start.at(api.now()) < oldest {
            fact(
                "Start",
                Some(format!(
                    "Infisical keeps nothing from before {}: reading begins with what is left",
                    rfc3339(oldest)
                )),
            );
        }
    }
    let problem = match newest {
        None => Some(say::nothing_there()),
        Some(_) => api.clock_problem(),
    };
    let whose = organisation.unwrap_or_else(|| "the organisation".into());
    SourceTest {
        headline: match &newest {
            None => say::nothing_there().summary,
            Some(_) => format!("Infisical lets Penstock read the audit logs of {whose}."),
        },
        facts,
        problem,
    }
}

fn days(retention: Millis) -> String {
    match (retention + DAY / 2) / DAY {
        1 => "1 day".into(),
        0 => format!("{} hours", retention * 24 / DAY),
        days => format!("{days} days"),
    }
}

/// The newest row of the last three months, looked for in ever shorter stretches where Infisical
/// takes too long.
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
        match api.list(window, 0, 1).await {
            Ok(page) => return Ok(page.rows.into_iter().next()),
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
