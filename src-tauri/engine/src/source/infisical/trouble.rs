//! What an answer of Infisical means. Pure.

use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

use super::problems::{self as say, Asked};
use super::site::Site;
use crate::http::Failure;
use crate::problem::Problem;
use crate::provider::{Response, Verdict, retry_after};
use crate::secret::Secret;

/// Why there is no answer to go on with.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// The window is more than Infisical can look through in its time.
    TooWide(Problem),
    /// The page is larger than what is held at once.
    TooLarge(Problem),
    /// The token is not taken (any more); signing in again may help.
    SignedOut(Problem),
    /// Too many requests; not before this time, where one was given.
    Busy(Option<Duration>, Problem),
    /// Passes by itself, most likely.
    Again(Problem),
    /// A person has to mend something.
    Wrong(Problem),
    /// The source is being ended.
    Stopped,
}

impl Trouble {
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::TooWide(problem)
            | Self::TooLarge(problem)
            | Self::SignedOut(problem)
            | Self::Busy(_, problem)
            | Self::Again(problem)
            | Self::Wrong(problem) => Some(problem),
            Self::Stopped => None,
        }
    }

    /// No answer came.
    pub fn of_failure(failure: Failure) -> Self {
        let mut problem = failure.problem;
        if problem.code == "answer-timeout" {
            return Self::TooWide(problem);
        }
        if problem.field.is_none() {
            problem = problem.field("site");
        }
        match failure.verdict {
            Verdict::Hold { .. } => Self::Wrong(problem),
            _ => Self::Again(problem),
        }
    }

    /// The answer is none that was asked for; `secret` went with the question.
    pub fn of(response: &Response, asked: Asked, site: &Site, secret: Option<&Secret>) -> Self {
        let said = Said::read(response, secret);
        let text = said.text.as_str();
        let lower = text.to_ascii_lowercase();
        let has = |word: &str| lower.contains(word);
        let status = response.status;
        match status {
            200..300 if is_html(response) => Self::Wrong(say::web_page(site, status)),
            200..300 => Self::Wrong(say::not_infisical(site, status)),
            300..400 => Self::Wrong(say::redirected(site, response.header("location"))),
            429 => Self::Busy(asked_to_wait(response, text), say::too_many(text)),
            504 if asked == Asked::List => Self::TooWide(say::took_too_long(text)),
            408 | 425 | 500..600 => Self::Again(say::failed_there(site, status, text)),
            _ if said.error.is_none() && is_html(response) => {
                Self::Wrong(say::web_page(site, status))
            }
            404 => Self::Wrong(say::not_found(site)),
            403 if said.error.as_deref() == Some("TokenError") => {
                Self::SignedOut(say::token_expired(text))
            }
            400 | 402 | 403
                if asked == Asked::List && (has("plan") || has("upgrade") || has("license")) =>
            {
                Self::Wrong(say::plan(text))
            }
            401 | 403 if has("ip address") || has("trusted ip") || has("from ip") => {
                Self::Wrong(say::address_not_trusted(text))
            }
            _ if asked == Asked::SignIn && (has("lock") || has("too many")) => {
                Self::Wrong(say::locked(text))
            }
            400 | 401 | 403 | 422 if asked == Asked::SignIn => {
                Self::Wrong(say::credentials_refused(site, status, text))
            }
            401 => Self::SignedOut(say::token_refused(text)),
            403 => Self::Wrong(say::no_permission(text)),
            _ => Self::Wrong(say::refused(status, text)),
        }
    }
}

/// The words of an error.
struct Said {
    error: Option<String>,
    text: String,
}

impl Said {
    fn read(response: &Response, secret: Option<&Secret>) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Error {
            error: Option<String>,
            message: Value,
        }
        let Error { error, message } = serde_json::from_slice(&response.body).unwrap_or_default();
        let mut text = match &message {
            Value::String(text) => text.clone(),
            // A list: one entry for each argument that was not understood.
            Value::Array(issues) => {
                let one = |issue: &Value| {
                    let path = issue["path"].as_array().into_iter().flatten();
                    let path: Vec<&str> = path.filter_map(Value::as_str).collect();
                    let words = issue["message"].as_str().unwrap_or("not understood");
                    match path.is_empty() {
                        true => words.to_owned(),
                        false => format!("{}: {words}", path.join(".")),
                    }
                };
                issues.iter().map(one).collect::<Vec<_>>().join("; ")
            }
            _ => String::new(),
        };
        if let Some(secret) = secret.filter(|it| !it.is_empty()) {
            text = text.replace(secret.expose(), crate::redact::REDACTED);
        }
        if let Some((end, _)) = text.char_indices().nth(500) {
            text.truncate(end);
        }
        Self { error, text }
    }
}

fn is_html(response: &Response) -> bool {
    let named = response
        .header("content-type")
        .is_some_and(|it| it.starts_with("text/html"));
    named || response.body.trim_ascii_start().first() == Some(&b'<')
}

/// By header, or by the words `try again in N seconds`.
fn asked_to_wait(response: &Response, text: &str) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(3600);
    let in_words = || {
        let (_, rest) = text.split_once("again in ")?;
        let mut words = rest.split_whitespace();
        let count: u64 = words.next()?.parse().ok()?;
        let unit = if words.next()?.starts_with("minute") {
            60
        } else {
            1
        };
        Some(Duration::from_secs(count.saturating_mul(unit)))
    };
    retry_after(response)
        .or_else(in_words)
        .map(|wait| wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        Response {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            body: body.to_owned().into(),
        }
    }

    fn judged(
        asked: Asked,
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (String, Trouble) {
        let site = Site::understand("us").expect("a site");
        let trouble = Trouble::of(&answer(status, headers, body), asked, &site, None);
        let problem = trouble.problem().expect("a problem");
        assert!(
            !problem.summary.is_empty() && !problem.next_steps.is_empty(),
            "{problem:?}"
        );
        (problem.code.clone(), trouble)
    }

    #[test]
    fn each_refusal_is_told_from_the_others() {
        use Asked::{List, SignIn};
        for (asked, status, body, code) in [
            (
                List,
                403,
                r#"{"error":"TokenError","message":"Your token has expired. Please re-authenticate."}"#,
                "infisical-token-expired",
            ),
            (
                List,
                401,
                r#"{"error":"UnauthorizedError","message":"Token missing"}"#,
                "infisical-token-refused",
            ),
            (
                List,
                403,
                r#"{"error":"PermissionDenied","message":"You are not allowed to read on audit-logs"}"#,
                "infisical-permission",
            ),
            (
                List,
                403,
                r#"{"error":"ForbiddenRequestError","message":"You are not authorized to access this resource from IP address"}"#,
                "infisical-address-not-trusted",
            ),
            (
                List,
                400,
                r#"{"error":"BadRequest","message":"Failed to get audit logs due to plan restriction. Upgrade plan."}"#,
                "infisical-plan",
            ),
            (
                List,
                422,
                r#"{"error":"ValidationFailure","message":[{"path":["startDate"],"message":"Invalid datetime"}]}"#,
                "infisical-refused",
            ),
            (
                List,
                504,
                r#"{"message":"Failed to fetch audit logs due to timeout. Add more search filters."}"#,
                "infisical-too-slow",
            ),
            (List, 504, "<html>", "infisical-too-slow"),
            (
                List,
                500,
                r#"{"message":"Something went wrong"}"#,
                "infisical-failed",
            ),
            (List, 502, "<html>", "infisical-failed"),
            (
                List,
                404,
                r#"{"message":"Route GET:/api/v1 not found"}"#,
                "infisical-not-found",
            ),
            (
                List,
                200,
                "<!doctype html><title>Sign in</title>",
                "infisical-web-page",
            ),
            (List, 403, "<html>blocked</html>", "infisical-web-page"),
            (List, 200, "{}", "infisical-not-infisical"),
            (List, 302, "", "infisical-redirected"),
            (
                SignIn,
                401,
                r#"{"error":"UnauthorizedError","message":"Invalid credentials"}"#,
                "infisical-credentials-refused",
            ),
            (
                SignIn,
                422,
                r#"{"error":"ValidationFailure","message":[]}"#,
                "infisical-credentials-refused",
            ),
            (
                SignIn,
                401,
                r#"{"message":"This identity auth method is temporarily locked"}"#,
                "infisical-locked",
            ),
            (
                SignIn,
                403,
                r#"{"error":"ForbiddenRequestError","message":"not a trusted IP"}"#,
                "infisical-address-not-trusted",
            ),
            (SignIn, 504, "{}", "infisical-failed"),
        ] {
            assert_eq!(judged(asked, status, &[], body).0, code, "{status} {body}");
        }
        let (_, trouble) = judged(List, 403, &[], r#"{"error":"TokenError","message":"x"}"#);
        assert!(matches!(trouble, Trouble::SignedOut(_)));
    }

    #[test]
    fn the_wish_to_wait_is_read_from_header_or_words() {
        let wait = |headers: &[(&str, &str)], body: &str| match judged(
            Asked::List,
            429,
            headers,
            body,
        )
        .1
        {
            Trouble::Busy(wait, _) => wait.map(|it| it.as_secs()),
            other => panic!("{other:?}"),
        };
        let words = r#"{"message":"Rate limit exceeded. Please try again in 42 seconds"}"#;
        assert_eq!(wait(&[("retry-after", "7")], words), Some(7));
        assert_eq!(wait(&[], words), Some(42));
        assert_eq!(
            wait(&[], r#"{"message":"try again in 2 minutes"}"#),
            Some(120)
        );
        assert_eq!(wait(&[("retry-after", "99999999")], ""), Some(3600));
        assert_eq!(wait(&[], "{}"), None);
    }

    #[test]
    fn a_list_of_messages_is_readable_and_holds_no_secret() {
        let site = Site::understand("us").expect("a site");
        let body = r#"{"error":"ValidationFailure","message":[{"path":["limit"],"message":"too big s3cr3t"},{"message":"odd"}]}"#;
        let trouble = Trouble::of(
            &answer(422, &[], body),
            Asked::List,
            &site,
            Some(&"s3cr3t".into()),
        );
        let detail = trouble.problem().and_then(|it| it.detail.clone());
        assert_eq!(detail.as_deref(), Some("limit: too big redacted; odd"));
    }

    #[test]
    fn a_redirect_names_where_to_without_what_may_be_secret() {
        let (_, trouble) = judged(
            Asked::SignIn,
            301,
            &[("location", "https://eu.infisical.com/api/v1/x?token=canary")],
            "",
        );
        let shown = format!("{trouble:?}");
        assert!(
            shown.contains("https://eu.infisical.com") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
