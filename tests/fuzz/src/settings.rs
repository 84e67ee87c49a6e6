//! Settings, as an import, a script or a person gives them.

use penstock_engine::filter::Filter;
use penstock_engine::form::{Details, FieldError};
use penstock_engine::redaction::{Key, Redaction};
use penstock_engine::secret::{Secret, Secrets};
use penstock_engine::{provider, source};
use serde_json::Value;

/// Stands in every secret that is text, so that it is recognised wherever it turns up.
const MARK: &str = "c4n4ry";

/// Whatever the settings say: they are taken or each fault is named, with words; what was taken
/// is taken again as it was saved; no secret is among what is not secret, nor in any word.
pub fn settings(data: &[u8]) {
    let Some((which, text)) = data.split_first() else {
        return;
    };
    let (providers, sources) = (provider::all(), source::all());
    let which = usize::from(*which) % (providers.len() + sources.len() + 2);
    if let Some(provider) = providers.get(which) {
        taken(text, |details, secrets| {
            let connected = provider.connect(details, secrets)?;
            assert!(!connected.destination.endpoint().is_empty());
            Ok((connected.details, connected.secrets, connected.warnings))
        });
    } else if let Some(source) = sources.get(which - providers.len()) {
        taken(text, |details, secrets| {
            let saved = source.configure(details, secrets)?;
            Ok((saved.details, saved.secrets, saved.warnings))
        });
    } else if which == providers.len() + sources.len() {
        filter(text);
    } else {
        redaction(text);
    }
}

type Taken = Result<(Details, Secrets, Vec<FieldError>), Vec<FieldError>>;

fn taken(text: &[u8], take: impl Fn(&Details, &Secrets) -> Taken) {
    let Some((details, secrets)) = given(text) else {
        return;
    };
    match take(&details, &secrets) {
        Ok((details, secrets, warnings)) => {
            shows_nothing(&warnings);
            let shown = Value::Object(details.clone()).to_string();
            assert!(!shown.contains(MARK), "{shown}");
            let (again, secrets_again, _) = take(&details, &secrets).unwrap_or_else(|errors| {
                panic!("what was saved is refused: {errors:?}");
            });
            assert_eq!(again, details);
            let open = |secrets: &Secrets| -> Vec<(String, String)> {
                let each = secrets.iter();
                each.map(|(name, secret)| (name.clone(), secret.expose().to_owned()))
                    .collect()
            };
            assert_eq!(open(&secrets_again), open(&secrets));
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            shows_nothing(&errors);
        }
    }
}

/// `{"details": {...}, "secrets": {"name": "text"}}`.
fn given(text: &[u8]) -> Option<(Details, Secrets)> {
    let Value::Object(mut all) = serde_json::from_slice(text).ok()? else {
        return None;
    };
    let mut object = |name: &str| match all.remove(name) {
        Some(Value::Object(map)) => map,
        _ => Details::new(),
    };
    let (details, secrets) = (object("details"), object("secrets"));
    // What is said to be no secret may be shown.
    if Value::Object(details.clone()).to_string().contains(MARK) {
        return None;
    }
    let secrets = secrets
        .into_iter()
        .filter_map(|(name, value)| Some((name, Secret::from(value.as_str()?))))
        .filter(|(name, _)| !name.contains(MARK))
        .collect();
    Some((details, secrets))
}

fn shows_nothing(messages: &[FieldError]) {
    for FieldError { field, message } in messages {
        assert!(!field.is_empty() || !message.is_empty());
        assert!(!message.is_empty(), "{field}");
        assert!(!message.contains(MARK), "{field}: {message}");
    }
}

fn filter(text: &[u8]) {
    let Ok(filter) = serde_json::from_slice::<Filter>(text) else {
        return;
    };
    match filter.compile() {
        Ok(compiled) => {
            let _ = compiled.passes(text);
            let saved = serde_json::to_vec(&filter).expect("a filter is JSON");
            let read: Filter = serde_json::from_slice(&saved).expect("what was saved is read");
            assert_eq!(read, filter);
        }
        Err(errors) => shows_nothing(&errors),
    }
}

fn redaction(text: &[u8]) {
    let Ok(redaction) = serde_json::from_slice::<Redaction>(text) else {
        return;
    };
    match redaction.compile(Key::throwaway()) {
        Ok(compiled) => {
            if let Some(spliced) = compiled.splice(text) {
                let _: Value = serde_json::from_slice(&spliced).expect("JSON still");
            }
        }
        Err(errors) => shows_nothing(&errors),
    }
}
