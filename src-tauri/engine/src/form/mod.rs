//! Forms of providers and sources: fields drawn from the JSON schema of their credentials, and what
//! a person typed read back into them.
//!
//! A credentials struct derives `JsonSchema` and `Deserialize`; everything a form shows stands
//! there once. The label is the schema's title, the hint its description; `x-group`, `x-kind`
//! and `x-choices` say the rest. Values come as text from a command line or typed from a
//! page; both end as the same details. Every field at fault is named, not only the first.

mod draw;
mod entries;
mod field;
mod guide;
mod input;

pub use field::{Choice, Field, FieldError, FieldGroup, FieldKind};
pub use guide::{CopyText, Guide, GuideStep, Link};

use regex::Regex;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use self::draw::draw;
pub(crate) use self::entries::Entries;
pub use self::entries::Saved;
use crate::connection;
use crate::secret::Secrets;

/// Settings that are not secret, by field name.
pub type Details = Map<String, Value>;

/// The fields of one provider or source, ready to check what comes in.
pub(crate) struct Form {
    pub fields: Vec<Field>,
    rules: BTreeMap<String, Rule>,
    /// The connection options, for what speaks to another machine.
    connection: Vec<Field>,
}

#[derive(Default)]
struct Rule {
    pattern: Option<Regex>,
    least: Option<i64>,
    most: Option<i64>,
    /// The guide step that gives the value, from 1.
    step: Option<usize>,
}

impl Form {
    /// Draws the fields of `T`; `guide` says where a missing value is to be found.
    pub fn of<T: JsonSchema>(guide: &Guide) -> Self {
        let mut settings = SchemaSettings::draft2020_12();
        settings.inline_subschemas = true;
        let schema = settings.into_generator().into_root_schema_for::<T>();
        let schema = schema.as_object().expect("credentials are an object");
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let drawn = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, property)| {
                let limit = |key: &str| property.get(key).and_then(Value::as_i64);
                let field = draw(name, property, required.contains(&name.as_str()));
                (field, limit("minimum"), limit("maximum"))
            });
        Self::made_of(drawn, guide)
    }

    /// Of fields that were not drawn from a schema.
    pub fn with(fields: Vec<Field>, guide: &Guide) -> Self {
        Self::made_of(fields.into_iter().map(|field| (field, None, None)), guide)
    }

    /// For what stays on this machine: without connection options.
    pub fn local(self) -> Self {
        Self {
            connection: Vec::new(),
            ..self
        }
    }

    /// Every field that is understood, the connection options last.
    pub fn all(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(&self.connection)
    }

    /// Fields with the least and the most that a number among them may be.
    fn made_of(
        fields: impl Iterator<Item = (Field, Option<i64>, Option<i64>)>,
        guide: &Guide,
    ) -> Self {
        let mut form = Self {
            fields: Vec::new(),
            rules: BTreeMap::new(),
            connection: connection::fields(),
        };
        for (field, least, most) in fields {
            let gives_it = |step: &GuideStep| step.fields.contains(&field.name);
            let rule = Rule {
                pattern: field
                    .pattern
                    .as_ref()
                    .map(|it| Regex::new(it).expect("pattern is a regular expression")),
                least,
                most,
                step: guide.steps.iter().position(gives_it).map(|at| at + 1),
            };
            form.rules.insert(field.name.clone(), rule);
            form.fields.push(field);
        }
        form
    }

    /// Takes what was typed, tidied one by one. `aliases` are other names a field goes by.
    pub fn read(
        &self,
        details: &Details,
        secrets: &Secrets,
        aliases: &[(&str, &str)],
    ) -> Entries<'_> {
        let mut entries = Entries::new(self);
        let name_of = |given: &str| -> String {
            aliases
                .iter()
                .find(|(alias, _)| *alias == given)
                .map_or(given, |(_, name)| name)
                .into()
        };
        let mut given = Details::new();
        for (name, value) in details {
            given.entry(name_of(name)).or_insert_with(|| value.clone());
        }
        let mut given_secrets = Secrets::new();
        for (name, secret) in secrets {
            given_secrets
                .entry(name_of(name))
                .or_insert_with(|| secret.clone());
        }
        for field in self.all() {
            match (
                field.secret,
                given.remove(&field.name),
                given_secrets.remove(&field.name),
            ) {
                (true, None, secret) => entries.take_secret(field, secret),
                (false, value, None) => entries.take(field, value),
                (true, Some(_), _) => entries.wrong(
                    &field.name,
                    format!(
                        "{} is a secret: pass it with --secrets, not among the other settings.",
                        field.label
                    ),
                ),
                (false, _, Some(_)) => entries.wrong(
                    &field.name,
                    format!("{} is not a secret: pass it with --set.", field.label),
                ),
            }
        }
        for name in given.keys().chain(given_secrets.keys()) {
            let known: Vec<&str> = self.all().map(|field| field.name.as_str()).collect();
            entries.wrong(
                name,
                format!(
                    "There is no field called {name:?}. The fields are {}.",
                    known.join(", ")
                ),
            );
        }
        entries
    }
}
