//! A provider's form: its fields drawn from the credentials' JSON schema, and what a person typed
//! read back into them.
//!
//! A credentials struct derives `JsonSchema` and `Deserialize`; everything a form shows stands
//! there once. The label is the schema's title, the hint its description; `x-group`, `x-kind`,
//! `x-choices` and `x-help` say the rest. Values come as text from a command line or typed from a
//! page; both end as the same details. Every field at fault is named, not only the first.

mod draw;
mod input;

use regex::Regex;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::Value;
use std::collections::BTreeMap;

use self::draw::draw;
use self::input::Input;
use super::{Connected, Destination, Details, Field, FieldError, FieldKind, Guide};
use crate::connection;
use crate::secret::{Secret, Secrets};

/// The fields of one provider, ready to check what comes in.
pub(crate) struct Form {
    pub fields: Vec<Field>,
    rules: BTreeMap<String, Rule>,
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
        let mut form = Self {
            fields: Vec::new(),
            rules: BTreeMap::new(),
        };
        for (name, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let field = draw(name, property, required.contains(&name.as_str()));
            let rule = Rule {
                pattern: field
                    .pattern
                    .as_ref()
                    .map(|it| Regex::new(it).expect("pattern is a regular expression")),
                least: property.get("minimum").and_then(Value::as_i64),
                most: property.get("maximum").and_then(Value::as_i64),
                step: guide
                    .steps
                    .iter()
                    .position(|step| step.fields.contains(name))
                    .map(|at| at + 1),
            };
            form.rules.insert(name.clone(), rule);
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
        let mut entries = Entries {
            form: self,
            details: Details::new(),
            secrets: Secrets::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
        };
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
        let connection = connection::fields();
        for field in self.fields.iter().chain(&connection) {
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
            let known: Vec<&str> = self
                .fields
                .iter()
                .chain(&connection)
                .map(|field| field.name.as_str())
                .collect();
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

/// What was typed, on its way to being credentials.
pub(crate) struct Entries<'f> {
    form: &'f Form,
    details: Details,
    secrets: Secrets,
    errors: Vec<FieldError>,
    warnings: Vec<FieldError>,
}

impl Entries<'_> {
    /// The text of a field that is not secret; `None` where it is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.details
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name)
    }

    pub fn switch(&self, name: &str) -> Option<bool> {
        self.details.get(name).and_then(Value::as_bool)
    }

    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        self.details.insert(name.into(), Value::String(text.into()));
    }

    pub fn set_secret(&mut self, name: &str, secret: Secret) {
        self.secrets.insert(name.into(), secret);
    }

    pub fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
    }

    pub fn warn(&mut self, field: &str, message: impl Into<String>) {
        self.warnings.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
    }

    /// Replaces the text of a field by its tidied form, where it has one.
    pub fn tidy(&mut self, name: &str, tidy: impl FnOnce(&str) -> Result<String, String>) {
        match self.text(name).map(tidy) {
            Some(Ok(text)) => self.set(name, text),
            Some(Err(message)) => self.wrong(name, message),
            None => {}
        }
    }

    /// The same for a secret.
    pub fn tidy_secret(&mut self, name: &str, tidy: impl FnOnce(&str) -> Result<String, String>) {
        match self.secret(name).map(|secret| tidy(secret.expose())) {
            Some(Ok(text)) => self.set_secret(name, text.into()),
            Some(Err(message)) => self.wrong(name, message),
            None => {}
        }
    }

    /// Checks what each field asks for and gives the credentials.
    pub fn finish<T: DeserializeOwned>(mut self) -> Result<(T, Saved), Vec<FieldError>> {
        for field in &self.form.fields {
            if self.errors.iter().any(|error| error.field == field.name) {
                continue;
            }
            let rule = &self.form.rules[&field.name];
            let text = if field.secret {
                self.secrets.get(&field.name).map(Secret::expose)
            } else {
                self.text(&field.name)
            };
            let message = match text {
                None if field.required && !self.details.contains_key(&field.name) => {
                    Some(missing(field, rule.step))
                }
                Some(text) if rule.pattern.as_ref().is_some_and(|it| !it.is_match(text)) => {
                    Some(format!(
                        "This does not look like a {}, for example {}.",
                        field.label, field.example
                    ))
                }
                _ => None,
            };
            if let Some(message) = message {
                self.errors.push(FieldError {
                    field: field.name.clone(),
                    message,
                });
            }
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let values = self
            .details
            .iter()
            .filter(|(_, value)| value.as_str() != Some(""))
            .map(|(name, value)| (name.as_str(), Input::Open(value)));
        let secrets = self
            .secrets
            .iter()
            .map(|(name, secret)| (name.as_str(), Input::Secret(secret.expose())));
        let known = |name: &str| self.form.rules.contains_key(name);
        let inputs = values.chain(secrets).filter(|(name, _)| known(name));
        let credentials =
            T::deserialize(MapDeserializer::new(inputs)).map_err(|error: serde_json::Error| {
                vec![FieldError {
                    field: String::new(),
                    message: error.to_string(),
                }]
            })?;
        let saved = Saved {
            details: self.details,
            secrets: self.secrets,
            warnings: self.warnings,
        };
        Ok((credentials, saved))
    }

    fn take(&mut self, field: &Field, value: Option<Value>) {
        let value = match value {
            None | Some(Value::Null) => match &field.default {
                Some(default) => Value::String(default.clone()),
                None => return,
            },
            Some(Value::String(text)) if text.trim().is_empty() => {
                // Emptied by hand: kept as such, so that the default does not come back.
                if field.default.is_some() && field.kind == FieldKind::Text {
                    self.set(&field.name, "");
                }
                return;
            }
            Some(value) => value,
        };
        let rule = self.form.rules.get(&field.name);
        match settle(field, rule, &value) {
            Ok(value) => {
                self.details.insert(field.name.clone(), value);
            }
            Err(message) => self.wrong(&field.name, message),
        }
    }

    fn take_secret(&mut self, field: &Field, secret: Option<Secret>) {
        let Some(secret) = secret else { return };
        let text = secret.expose().trim();
        if text.is_empty() {
            return;
        }
        // An address is mended by its provider, a certificate has lines.
        let single_line = field.kind == FieldKind::Text;
        if single_line && text.contains(char::is_control) {
            let message = format!(
                "{} contains a line break. Paste it as one line.",
                field.label
            );
            self.wrong(&field.name, message);
        }
        self.secrets.insert(field.name.clone(), text.into());
    }
}

/// What is to be saved of what was typed.
pub(crate) struct Saved {
    details: Details,
    secrets: Secrets,
    warnings: Vec<FieldError>,
}

impl Saved {
    pub fn with(self, destination: impl Destination + 'static) -> Connected {
        Connected {
            destination: Box::new(destination),
            details: self.details,
            secrets: self.secrets,
            warnings: self.warnings,
        }
    }
}

fn missing(field: &Field, step: Option<usize>) -> String {
    match step {
        Some(step) => format!(
            "{} is missing. Step {step} of the guide shows where it is.",
            field.label
        ),
        None => format!("{} is missing.", field.label),
    }
}

/// The value as its field wants it.
fn settle(field: &Field, rule: Option<&Rule>, value: &Value) -> Result<Value, String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => return Err(format!("{} is to be a single value.", field.label)),
    };
    match field.kind {
        FieldKind::Switch => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "off" | "0" => Ok(Value::Bool(false)),
            _ => Err(format!("{} is either true or false.", field.label)),
        },
        FieldKind::Number => {
            let least = rule.and_then(|rule| rule.least).unwrap_or(0);
            let most = rule
                .and_then(|rule| rule.most)
                .unwrap_or(i64::from(u32::MAX));
            match text.parse::<i64>() {
                Ok(number) if (least..=most).contains(&number) => Ok(number.into()),
                _ => Err(format!(
                    "{} is a whole number from {least} to {most}.",
                    field.label
                )),
            }
        }
        FieldKind::Choice => field
            .choices
            .iter()
            .find(|choice| choice.value.eq_ignore_ascii_case(&text))
            .map(|choice| Value::String(choice.value.clone()))
            .ok_or_else(|| {
                let known: Vec<&str> = field.choices.iter().map(|it| it.value.as_str()).collect();
                format!("{} is one of {}.", field.label, known.join(", "))
            }),
        FieldKind::Pem | FieldKind::Headers => Ok(Value::String(text)),
        FieldKind::Text | FieldKind::Url if text.contains(char::is_control) => Err(format!(
            "{} contains a line break. Paste it as one line.",
            field.label
        )),
        FieldKind::Text | FieldKind::Url => Ok(Value::String(text)),
    }
}
