//! What was typed, tidied and checked one field at a time.

use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::Value;

use super::input::Input;
use super::{Details, Field, FieldError, FieldKind};
use super::{Form, Rule};
use crate::secret::{Secret, Secrets};

/// What was typed, on its way to being credentials.
pub(crate) struct Entries<'f> {
    form: &'f Form,
    details: Details,
    secrets: Secrets,
    errors: Vec<FieldError>,
    warnings: Vec<FieldError>,
}

impl<'f> Entries<'f> {
    pub(super) fn new(form: &'f Form) -> Self {
        Self {
            form,
            details: Details::new(),
            secrets: Secrets::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

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

    /// As if it had been left empty.
    pub fn remove(&mut self, name: &str) {
        self.details.remove(name);
        self.secrets.remove(name);
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

    /// Checks what each field asks for.
    pub fn check(mut self) -> Result<Saved, Vec<FieldError>> {
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
                        "This does not have the form of the {}, for example {}.",
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
        Ok(Saved {
            details: self.details,
            secrets: self.secrets,
            warnings: self.warnings,
        })
    }

    /// Checks what each field asks for and gives the credentials.
    pub fn finish<T: DeserializeOwned>(self) -> Result<(T, Saved), Vec<FieldError>> {
        let form = self.form;
        let saved = self.check()?;
        let values = saved
            .details
            .iter()
            .filter(|(_, value)| value.as_str() != Some(""))
            .map(|(name, value)| (name.as_str(), Input::Open(value)));
        let secrets = saved
            .secrets
            .iter()
            .map(|(name, secret)| (name.as_str(), Input::Secret(secret.expose())));
        let known = |name: &str| form.rules.contains_key(name);
        let inputs = values.chain(secrets).filter(|(name, _)| known(name));
        let credentials =
            T::deserialize(MapDeserializer::new(inputs)).map_err(|error: serde_json::Error| {
                vec![FieldError {
                    field: String::new(),
                    message: error.to_string(),
                }]
            })?;
        Ok((credentials, saved))
    }

    pub(super) fn take(&mut self, field: &Field, value: Option<Value>) {
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

    pub(super) fn take_secret(&mut self, field: &Field, secret: Option<Secret>) {
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

/// Settings understood and tidied, the way they are to be saved.
pub struct Saved {
    pub details: Details,
    pub secrets: Secrets,
    /// Things a person should know though they are not wrong.
    pub warnings: Vec<FieldError>,
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
