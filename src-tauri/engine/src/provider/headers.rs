//! Header rows that a person typed: `[{"key","value","secret"}]`, held as one secret.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Header;
use crate::secret::Secret;

/// Set by Penstock or by HTTP itself; a row must not touch them.
const OURS: [&str; 12] = [
    "host",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade",
    "expect",
];

/// What stands before the secret part of a value and may be shown.
const SCHEMES: [&str; 6] = [
    "Bearer ",
    "Basic ",
    "Splunk ",
    "Token ",
    "ApiKey ",
    "Api-Token ",
];

#[derive(Clone, Default)]
pub(crate) struct HeaderRows(Vec<Row>);

#[derive(Clone, Deserialize)]
struct Row {
    #[serde(default, alias = "name")]
    key: String,
    #[serde(default)]
    value: String,
    /// Shown in requests where `false`.
    #[serde(default = "yes")]
    secret: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Rows(Vec<Row>),
    Map(BTreeMap<String, String>),
}

impl HeaderRows {
    /// Reads rows, or an object of names and values. Empty rows are left out.
    pub fn parse(text: &str) -> Result<Self, String> {
        let written = serde_json::from_str(text).map_err(|_| {
            "The headers are to be a JSON list such as [{\"key\":\"Authorization\",\"value\":\"Bearer …\"}]."
        })?;
        let rows = match written {
            Written::Rows(rows) => rows,
            Written::Map(map) => map
                .into_iter()
                .map(|(key, value)| Row {
                    key,
                    value,
                    secret: true,
                })
                .collect(),
        };
        let mut kept: Vec<Row> = Vec::new();
        for row in rows {
            let row = Row {
                key: row.key.trim().into(),
                value: row.value.trim().into(),
                ..row
            };
            if row.key.is_empty() && row.value.is_empty() {
                continue;
            }
            check(&row)?;
            if kept
                .iter()
                .any(|other| other.key.eq_ignore_ascii_case(&row.key))
            {
                return Err(format!("The header {} appears twice.", row.key));
            }
            kept.push(row);
        }
        Ok(Self(kept))
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|row| row.key.eq_ignore_ascii_case(name))
    }

    /// The rows in the form they are kept in.
    pub fn text(&self) -> String {
        let rows: Vec<_> = self
            .0
            .iter()
            .map(|row| serde_json::json!({ "key": row.key, "value": row.value, "secret": row.secret }))
            .collect();
        serde_json::Value::from(rows).to_string()
    }

    pub fn headers(&self) -> impl Iterator<Item = Header> + '_ {
        self.0.iter().map(|row| {
            if !row.secret {
                return Header::Plain(row.key.clone(), row.value.clone());
            }
            let scheme = SCHEMES
                .into_iter()
                .find(|scheme| row.value.starts_with(scheme))
                .unwrap_or_default();
            Header::Secret(row.key.clone(), scheme, row.value[scheme.len()..].into())
        })
    }

    /// The secret parts of the rows.
    pub fn secrets(&self) -> Vec<Secret> {
        self.headers()
            .filter_map(|header| match header {
                Header::Secret(_, _, secret) => Some(secret),
                Header::Plain(..) => None,
            })
            .collect()
    }
}

fn check(row: &Row) -> Result<(), String> {
    let name = &row.key;
    if name.is_empty() {
        return Err("A header has a value but no name.".into());
    }
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !name.bytes().all(token) {
        return Err(format!(
            "The header name {name:?} may hold letters, digits and dashes, without blanks or colons."
        ));
    }
    if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
        return Err(format!(
            "The header {name} is set by Penstock itself. Remove this row."
        ));
    }
    if row.value.contains(['\r', '\n']) {
        return Err(format!(
            "The value of {name} contains a line break. Paste it as one line."
        ));
    }
    if row
        .value
        .chars()
        .any(|it| it != '\t' && (it.is_control() || !it.is_ascii()))
    {
        return Err(format!(
            "The value of {name} contains a character that a header cannot carry. Use plain letters, \
             digits and signs."
        ));
    }
    Ok(())
}

impl<'de> Deserialize<'de> for HeaderRows {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(source)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for HeaderRows {
    fn schema_name() -> Cow<'static, str> {
        "HeaderRows".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-kind": "headers", "writeOnly": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_tidied_and_kept_in_one_form() {
        let rows = HeaderRows::parse(
            r#"[{"key":" Authorization ","value":"Bearer abc "},{"key":"","value":""},{"name":"X-Team","value":"a","secret":false}]"#,
        )
        .expect("rows");
        assert_eq!(
            rows.text(),
            r#"[{"key":"Authorization","value":"Bearer abc","secret":true},{"key":"X-Team","value":"a","secret":false}]"#
        );
        assert_eq!(
            HeaderRows::parse(&rows.text()).expect("rows").text(),
            rows.text()
        );
        assert!(
            HeaderRows::parse(r#"{"X-Key":"v"}"#)
                .expect("map")
                .has("x-key")
        );
    }

    #[test]
    fn a_row_is_shown_only_where_a_person_said_so() {
        let rows = HeaderRows::parse(
            r#"[{"key":"Authorization","value":"Bearer abc"},{"key":"X-Key","value":"v"},{"key":"X-Team","value":"a","secret":false}]"#,
        )
        .expect("rows");
        let headers: Vec<_> = rows.headers().map(|header| format!("{header:?}")).collect();
        assert_eq!(
            headers,
            [
                "Secret(\"Authorization\", \"Bearer \", ***)",
                "Secret(\"X-Key\", \"\", ***)",
                "Plain(\"X-Team\", \"a\")",
            ]
        );
    }

    #[test]
    fn a_row_that_would_break_the_request_is_refused_by_name() {
        for (rows, said) in [
            (r#"[{"key":"Host","value":"x"}]"#, "Host is set by Penstock"),
            (
                r#"[{"key":"content-length","value":"1"}]"#,
                "content-length is set by Penstock",
            ),
            (
                r#"[{"key":"Transfer-Encoding","value":"chunked"}]"#,
                "set by Penstock",
            ),
            (r#"[{"key":"X","value":"a\nb"}]"#, "line break"),
            (r#"[{"key":"X","value":"a\r\nY: b"}]"#, "line break"),
            (r#"[{"key":"X\nY","value":"b"}]"#, "may hold letters"),
            (r#"[{"key":"X: ","value":"b"}]"#, "may hold letters"),
            (r#"[{"key":"Schlüssel","value":"b"}]"#, "may hold letters"),
            (r#"[{"key":"X","value":"ü"}]"#, "cannot carry"),
            (r#"[{"key":"X","value":"a\u0000"}]"#, "cannot carry"),
            (r#"[{"key":"","value":"b"}]"#, "no name"),
            (
                r#"[{"key":"X","value":"1"},{"key":"x","value":"2"}]"#,
                "appears twice",
            ),
            ("X: y", "JSON list"),
        ] {
            let refused = HeaderRows::parse(rows).err().expect(rows);
            assert!(refused.contains(said), "{rows}: {refused}");
        }
    }
}
