//! The form of the source, and what it says.

use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::LazyLock;

use super::site::Site;
use super::start::Start;
use crate::clock::{Clock as _, Millis, SystemClock};
use crate::form::{Details, FieldError, Form, Guide, Saved};
use crate::provider::{address, token};
use crate::secret::{Secret, Secrets};

pub(super) static SHEET: LazyLock<Sheet> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../guides/sources/infisical.toml"))
        .expect("the sheet is sound")
});
pub(super) static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Inputs>(&SHEET.guide));

/// What a person reads, as text.
#[derive(Deserialize)]
pub(super) struct Sheet {
    pub name: String,
    pub tagline: String,
    pub guide: Guide,
}

#[derive(Deserialize, JsonSchema)]
struct Inputs {
    /// `us`, `eu`, or the address of your own Infisical.
    #[schemars(title = "Site", example = &"us")]
    site: Site,
    /// Of the machine identity's Universal Auth.
    #[schemars(title = "Client ID", example = &"6f1c2a34-5b67-4c89-9d01-23456789abcd")]
    client_id: Option<String>,
    /// Goes with the client ID.
    #[schemars(title = "Client secret", example = &"")]
    client_secret: Option<Secret>,
    /// From when on events are read: `now`, `24h`, `all`, or a date such as `2026-01-15`.
    #[schemars(title = "Start", example = &"2026-01-15", extend("default" = "now"))]
    start: Option<Start>,
    /// Each sign-in and each look of Penstock is written into the audit log too.
    #[schemars(title = "Leave out Penstock's own events", extend("default" = true))]
    #[serde(default = "yes")]
    leave_out_own: bool,
    /// How late an event may show in Infisical's list and is still taken.
    #[schemars(title = "Overlap in seconds", example = &90, range(min = 1, max = 3600), extend("default" = 90, "x-group" = "advanced"))]
    #[serde(default = "overlap")]
    overlap_seconds: i64,
    /// Instead of client ID and secret. It ends one day, and Penstock cannot renew it.
    #[schemars(title = "Access token", example = &"", extend("x-group" = "advanced"))]
    access_token: Option<Secret>,
}

fn yes() -> bool {
    true
}

/// Rows show within seconds; under load it may be a minute.
fn overlap() -> i64 {
    90
}

/// What a source is run with.
pub(super) struct Settings {
    pub site: Site,
    pub login: Login,
    pub start: Start,
    pub leave_out_own: bool,
    pub overlap: Millis,
}

/// How it says who it is.
#[derive(Clone)]
pub(super) enum Login {
    Universal { id: String, secret: Secret },
    Token(Secret),
}

impl Settings {
    /// Understands what was typed; also gives what is to be saved.
    pub fn read(details: &Details, secrets: &Secrets) -> Result<(Self, Saved), Vec<FieldError>> {
        let mut entries = FORM.read(details, secrets, &[("url", "site")]);
        match entries.text("site").map(Site::understand) {
            Some(Ok(site)) => {
                if let Some(warning) = address::readable_on_the_way(site.base()) {
                    entries.warn("site", warning);
                }
                entries.set("site", site.name);
            }
            Some(Err(message)) => entries.wrong("site", message),
            None => {}
        }
        entries.tidy("start", |text| match Start::parse(text)? {
            Start::At(at) if at > SystemClock.now() => {
                Err("This date lies in the future. Use now to begin at once.".into())
            }
            start => Ok(start.text()),
        });
        entries.tidy("client_id", |text| token::bare(text, "", "", "client ID"));
        for (field, known_as) in [
            ("client_secret", "client secret"),
            ("access_token", "access token"),
        ] {
            entries.tidy_secret(field, |text| {
                token::bare(text, "Authorization:", "Bearer ", known_as)
            });
        }
        let id = entries.text("client_id").is_some();
        let secret = entries.secret("client_secret").is_some();
        let token = entries.secret("access_token").is_some();
        let missing =
            |what: &str| format!("{what} is missing. Step 3 of the guide shows where it is.");
        match (id, secret, token) {
            (_, true, true) | (true, _, true) => entries.wrong(
                "access_token",
                "Enter either client ID and client secret, or an access token.",
            ),
            (false, _, false) => entries.wrong("client_id", missing("Client ID")),
            (true, false, false) => entries.wrong("client_secret", missing("Client secret")),
            _ => {}
        }
        if token {
            entries.warn(
                "access_token",
                "An access token ends one day, and events are then read no further until you enter a new one. With client ID and client secret Penstock signs in by itself.",
            );
        }
        let (form, saved) = entries.finish::<Inputs>()?;
        let login = match (form.client_id, form.client_secret, form.access_token) {
            (Some(id), Some(secret), _) => Login::Universal { id, secret },
            (_, _, token) => Login::Token(token.unwrap_or_else(|| Secret::from(""))),
        };
        let settings = Self {
            site: form.site,
            login,
            start: form.start.unwrap_or(Start::Now),
            leave_out_own: form.leave_out_own,
            overlap: form.overlap_seconds * 1000,
        };
        Ok((settings, saved))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::FieldKind;
    use serde_json::json;

    fn read(details: serde_json::Value, secrets: &[(&str, &str)]) -> Result<Details, Vec<String>> {
        let details = details.as_object().cloned().expect("an object");
        let secrets = secrets
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Secret::from(*text)))
            .collect();
        match Settings::read(&details, &secrets) {
            Ok((_, saved)) => Ok(saved.details),
            Err(errors) => Err(errors.into_iter().map(|it| it.field).collect()),
        }
    }

    #[test]
    fn what_a_command_line_gives_is_tidied_and_complete() {
        let details = read(
            json!({ "site": "https://app.infisical.com/login", "client_id": " id-1 " }),
            &[("client_secret", "s\n")],
        );
        assert_eq!(
            details.map(serde_json::Value::from),
            Ok(
                json!({ "site": "us", "client_id": "id-1", "start": "now", "leave_out_own": true, "overlap_seconds": 90 })
            )
        );
        let details = read(
            json!({ "site": "http://127.0.0.1:1/", "start": "2026-01-15", "leave_out_own": "false", "overlap_seconds": "5" }),
            &[("access_token", "Bearer abc")],
        );
        assert_eq!(
            details.map(serde_json::Value::from),
            Ok(
                json!({ "site": "http://127.0.0.1:1", "start": "2026-01-15T00:00:00.000Z", "leave_out_own": false, "overlap_seconds": 5 })
            )
        );
    }

    #[test]
    fn each_field_at_fault_is_named() {
        let right = json!({ "site": "eu", "client_id": "i" });
        let with = |name: &str, value: serde_json::Value| {
            let mut details = right.clone();
            details[name] = value;
            details
        };
        let secret = [("client_secret", "s")];
        for (details, secrets, fields) in [
            (json!({}), &[][..], vec!["client_id", "site"]),
            (right.clone(), &[], vec!["client_secret"]),
            (json!({ "site": "eu" }), &secret, vec!["client_id"]),
            (
                right.clone(),
                &[("client_secret", "s"), ("access_token", "t")],
                vec!["access_token"],
            ),
            (with("start", "soon".into()), &secret, vec!["start"]),
            (with("start", "2999-01-01".into()), &secret, vec!["start"]),
            (
                with("overlap_seconds", 0.into()),
                &secret,
                vec!["overlap_seconds"],
            ),
            (
                with("overlap_seconds", 3601.into()),
                &secret,
                vec!["overlap_seconds"],
            ),
            (with("site", "ftp://x".into()), &secret, vec!["site"]),
            (
                with("timeout_seconds", 0.into()),
                &[("client_secret", "s"), ("surprise", "x")],
                vec!["surprise"],
            ),
        ] {
            let errors = read(details.clone(), secrets).expect_err("refused");
            for field in fields {
                assert!(
                    errors.iter().any(|it| it == field),
                    "{field} in {errors:?} of {details}"
                );
            }
        }
    }

    #[test]
    fn the_form_asks_for_the_site_alone_and_fills_in_the_rest() {
        let shown: Vec<_> = FORM
            .fields
            .iter()
            .map(|it| {
                (
                    it.name.as_str(),
                    it.kind,
                    it.required,
                    it.default.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("site", FieldKind::Text, true, None),
                ("client_id", FieldKind::Text, false, None),
                ("client_secret", FieldKind::Text, false, None),
                ("start", FieldKind::Text, false, Some("now")),
                ("leave_out_own", FieldKind::Switch, false, Some("true")),
                ("overlap_seconds", FieldKind::Number, false, Some("90")),
                ("access_token", FieldKind::Text, false, None),
            ]
        );
        let start = FORM.fields.iter().find(|it| it.name == "start");
        assert_eq!(start.map(|it| it.choices.len()), Some(3));
    }

    #[test]
    fn the_guide_gives_every_value_that_is_asked_for() {
        let given: Vec<&str> = SHEET
            .guide
            .steps
            .iter()
            .flat_map(|step| step.fields.iter().map(String::as_str))
            .collect();
        for field in [
            "site",
            "client_id",
            "client_secret",
            "access_token",
            "start",
        ] {
            assert!(given.contains(&field), "{field}");
        }
        for field in given {
            assert!(FORM.fields.iter().any(|it| it.name == field), "{field}");
        }
    }
}
