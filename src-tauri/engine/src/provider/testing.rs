//! What the tests of every provider share.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::sheet::Sheet;
use super::{Connected, Destination, FieldError, Header, Request, Response, Verdict, find};
use crate::event::Event;
use crate::problem::Problem;
use crate::secret::Secrets;

/// Connects with details and secrets given as JSON objects.
pub(super) fn connect(
    id: &str,
    details: Value,
    secrets: Value,
) -> Result<Connected, Vec<FieldError>> {
    let object = |value: Value| match value {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let secrets: Secrets = object(secrets)
        .into_iter()
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (name, text.into())
        })
        .collect();
    find(id)
        .expect("the provider exists")
        .connect(&object(details), &secrets)
}

pub(super) fn destination(id: &str, details: Value, secrets: Value) -> Box<dyn Destination> {
    connected(id, details, secrets).destination
}

pub(super) fn connected(id: &str, details: Value, secrets: Value) -> Connected {
    connect(id, details, secrets).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The errors, as `field: message`.
pub(super) fn refused(id: &str, details: Value, secrets: Value) -> Vec<String> {
    connect(id, details, secrets)
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect()
}

pub(super) fn events(texts: &[&str]) -> Vec<Event> {
    texts
        .iter()
        .zip(1..)
        .map(|(text, seq)| Event::new(seq, Bytes::copy_from_slice(text.as_bytes())))
        .collect()
}

pub(super) fn response(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

/// The headers as they go out, secrets included.
pub(super) fn headers(request: &Request) -> Vec<String> {
    request
        .headers
        .iter()
        .map(|header| match header {
            Header::Plain(name, value) => format!("{name}: {value}"),
            Header::Secret(name, before, secret) => format!("{name}: {before}{}", secret.expose()),
        })
        .collect()
}

pub(super) fn body(request: &Request) -> &str {
    std::str::from_utf8(&request.body.bytes).expect("the body is text")
}

/// `accepted`, `retry`, `split`, `partly`, `set_aside`, `hold`, and the problem.
pub(super) fn told(verdict: Verdict) -> (&'static str, Option<Problem>) {
    match verdict {
        Verdict::Accepted => ("accepted", None),
        Verdict::Retry { reason, .. } => ("retry", Some(reason)),
        Verdict::Split { reason } => ("split", Some(reason)),
        Verdict::Partly { reason, .. } => ("partly", Some(reason)),
        Verdict::SetAside { reason } => ("set_aside", Some(reason)),
        Verdict::Hold { reason } => ("hold", Some(reason)),
    }
}

/// That the problem is one a person can act on.
pub(super) fn assert_helpful(problem: &Problem, about: &str) {
    assert!(
        !problem.code.is_empty() && !problem.summary.is_empty(),
        "{about}: {problem:?}"
    );
    let short = problem.short.as_deref().unwrap_or_default();
    assert!(
        !short.is_empty() && short.split(' ').count() <= 5,
        "{about}: short is {short:?}"
    );
    let everything = format!("{problem:?}");
    for hole in everything
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
    {
        let name = hole.0.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(
            !name || hole.0.is_empty(),
            "{about}: {{{}}} is left in {everything}",
            hole.0
        );
    }
}

/// Every row: status, body, one word for a request of one event and for one of several. Answers
/// how many rows there were.
pub(super) fn assert_verdicts(
    destination: &dyn Destination,
    rows: &[(u16, &str, &str, &str)],
) -> usize {
    let one = events(&["{}"]);
    let several = events(&["{}", "{}", "{}", "{}"]);
    for (status, said, of_one, of_several) in rows {
        let answer = response(*status, said);
        for (batch, wanted) in [(&one, of_one), (&several, of_several)] {
            let about = format!("{status} {said} for {}", batch.len());
            let (verdict, problem) = told(destination.verdict(batch, &answer));
            assert_eq!(&verdict, wanted, "{about}: {problem:?}");
            let Some(problem) = problem else { continue };
            assert_helpful(&problem, &about);
            if verdict == "hold" {
                assert!(
                    !problem.next_steps.is_empty(),
                    "{about}: nothing to do next"
                );
            }
            if verdict == "hold" && problem.code != "reply-unknown" {
                assert!(problem.cause.is_some(), "{about}: no cause");
            }
        }
    }
    rows.len()
}

/// Every sheet, by the name of its file.
pub(super) fn sheets() -> Vec<Sheet> {
    let mut sheets = Vec::new();
    for folder in ["guides", "guides/presets"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).expect("a folder of sheets") {
            let path = entry.expect("a sheet").path();
            let name = path.file_stem().map(|it| it.to_string_lossy().into_owned());
            if path.is_dir() || name.as_deref() == Some("general") {
                continue;
            }
            let sheet = Sheet::load(&std::fs::read_to_string(&path).expect("a sheet is text"));
            assert_eq!(name.as_deref(), Some(sheet.id.as_str()));
            sheets.push(sheet);
        }
    }
    sheets
}
