//! Draws one field from its property in the schema.

use serde_json::Value;

use super::{Choice, Field, FieldGroup, FieldKind};

pub(super) fn draw(name: &str, property: &Value, required: bool) -> Field {
    let text = |key: &str| property.get(key).and_then(Value::as_str).map(str::to_owned);
    let choices = choices(property);
    let kind = match text("x-kind").as_deref() {
        Some("url") => FieldKind::Url,
        Some("headers") => FieldKind::Headers,
        Some("pem") => FieldKind::Pem,
        _ if property.get("oneOf").is_some() => FieldKind::Choice,
        _ if is(property, "boolean") => FieldKind::Switch,
        _ if is(property, "integer") => FieldKind::Number,
        _ => FieldKind::Text,
    };
    let group = match text("x-group").as_deref() {
        Some("advanced") => FieldGroup::Advanced,
        Some("connection") => FieldGroup::Connection,
        _ => FieldGroup::Main,
    };
    let example = property
        .pointer("/examples/0")
        .map(plain)
        .unwrap_or_default();
    Field {
        name: name.into(),
        label: text("title").unwrap_or_else(|| name.into()),
        kind,
        secret: property.get("writeOnly") == Some(&Value::Bool(true)),
        required,
        group,
        help: text("description").unwrap_or_default().replace('\n', " "),
        example,
        pattern: text("pattern"),
        default: property
            .get("default")
            .filter(|it| !it.is_null())
            .map(plain),
        choices,
    }
}

/// Whether a property has a type; one that may be left out has `null` beside it.
fn is(property: &Value, kind: &str) -> bool {
    match property.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|it| it == kind),
        Some(it) => it == kind,
        None => false,
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The variants of an enum, or the suggestions in `x-choices`.
fn choices(property: &Value) -> Vec<Choice> {
    let text = |from: &Value, key: &str| {
        from.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let variants = property.get("oneOf").or_else(|| property.get("x-choices"));
    variants
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|it| Choice {
            value: text(it, "const"),
            label: text(it, "title"),
            help: text(it, "description"),
        })
        .collect()
}
