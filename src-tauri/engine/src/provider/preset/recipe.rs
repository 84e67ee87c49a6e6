//! How a preset's fields become those of the provider it is made of.
//!
//! `{name}` in a text stands for what was typed into the field of that name; a header or a member
//! all of whose fields are empty is left out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::form::Entries;
use crate::provider::splunk::Envelope;
use crate::provider::{Choice, Details, Field, FieldError, FieldGroup, FieldKind, address};
use crate::secret::{Secret, Secrets};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    fields: Vec<Drawn>,
    /// Custom's fields, as templates.
    set: BTreeMap<String, String>,
    /// Custom's secrets other than its headers, as templates.
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    /// The path that events go to, for an address without one.
    #[serde(default)]
    path: String,
    #[serde(default)]
    headers: Vec<Row>,
    /// Puts each event into an envelope of Splunk's form, with these members.
    envelope: Option<BTreeMap<String, String>>,
}

/// A field as a sheet writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Drawn {
    name: String,
    label: String,
    #[serde(default = "text")]
    kind: FieldKind,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    required: bool,
    #[serde(default = "main")]
    group: FieldGroup,
    #[serde(default)]
    help: String,
    #[serde(default)]
    example: String,
    pattern: Option<String>,
    default: Option<String>,
    #[serde(default)]
    choices: Vec<Choice>,
}

fn text() -> FieldKind {
    FieldKind::Text
}

fn main() -> FieldGroup {
    FieldGroup::Main
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    key: String,
    #[serde(default)]
    value: String,
    /// Names of the fields with user and password, for `Basic`.
    basic: Option<(String, String)>,
    /// Shown in requests where `false`.
    #[serde(default = "yes")]
    secret: bool,
}

fn yes() -> bool {
    true
}

/// What custom is connected with.
pub(super) struct Made {
    pub details: Details,
    pub secrets: Secrets,
    pub envelope: Option<Envelope>,
}

impl Recipe {
    pub fn fields(&self) -> Vec<Field> {
        self.fields
            .iter()
            .cloned()
            .map(|it| Field {
                name: it.name,
                label: it.label,
                kind: it.kind,
                secret: it.secret,
                required: it.required,
                group: it.group,
                help: it.help,
                example: it.example,
                pattern: it.pattern,
                default: it.default,
                choices: it.choices,
            })
            .collect()
    }

    /// Reads addresses and gives the one events go to its path.
    pub fn tidy(&self, entries: &mut Entries<'_>) {
        for field in self
            .fields
            .iter()
            .filter(|field| field.kind == FieldKind::Url && !field.secret)
        {
            entries.tidy(&field.name, |text| {
                let mut url = address::parse(text)?;
                if url.path() == "/" {
                    url.set_path(&self.path);
                }
                Ok(url.into())
            });
        }
    }

    pub(super) fn make(&self, details: &Details, secrets: &Secrets) -> Made {
        let values = Values { details, secrets };
        let set = self
            .set
            .iter()
            .filter_map(|(name, template)| Some((name, values.fill(template)?)));
        let kept = self
            .secrets
            .iter()
            .filter_map(|(name, template)| Some((name.clone(), values.fill(template)?.into())));
        let mut made = Made {
            details: set
                .map(|(name, text)| (name.clone(), Value::String(text)))
                .collect(),
            secrets: kept.collect(),
            envelope: None,
        };
        let rows: Vec<Value> = self
            .headers
            .iter()
            .filter_map(|row| {
                let value = match &row.basic {
                    Some((user, password)) => values.basic(user, password),
                    None => values.fill(&row.value),
                }?;
                Some(serde_json::json!({ "key": row.key, "value": value, "secret": row.secret }))
            })
            .collect();
        if !rows.is_empty() {
            made.secrets
                .insert("headers".into(), Value::from(rows).to_string().into());
        }
        made.envelope = self.envelope.as_ref().map(|members| {
            members
                .iter()
                .fold(Envelope::default(), |envelope, (key, template)| {
                    envelope.with(key, values.fill(template).as_deref())
                })
        });
        made
    }

    /// The error with the field of this form that custom's came from.
    pub fn of_the_form(&self, error: FieldError) -> FieldError {
        let template = match error.field.as_str() {
            "headers" => self
                .headers
                .iter()
                .map(|row| row.value.as_str())
                .find(|it| it.contains('{')),
            name => self.set.get(name).map(String::as_str),
        };
        let field = template
            .and_then(|template| names(template).next())
            .unwrap_or("url");
        FieldError {
            field: field.into(),
            ..error
        }
    }
}

/// The names between braces.
fn names(template: &str) -> impl Iterator<Item = &str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
}

struct Values<'a> {
    details: &'a Details,
    secrets: &'a Secrets,
}

impl Values<'_> {
    fn get(&self, name: &str) -> Option<String> {
        if let Some(secret) = self.secrets.get(name).map(Secret::expose) {
            return Some(secret.into());
        }
        match self.details.get(name)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// `None` where the template has names and none of them has a value.
    fn fill(&self, template: &str) -> Option<String> {
        let mut text = template.to_owned();
        let mut named = false;
        let mut found = false;
        for name in names(template) {
            named = true;
            let value = self.get(name);
            found |= value.is_some();
            text = text.replace(&format!("{{{name}}}"), &value.unwrap_or_default());
        }
        (found || !named).then_some(text)
    }

    fn basic(&self, user: &str, password: &str) -> Option<String> {
        let user = self.get(user)?;
        let password = self.get(password).unwrap_or_default();
        Some(format!(
            "Basic {}",
            STANDARD.encode(format!("{user}:{password}"))
        ))
    }
}
