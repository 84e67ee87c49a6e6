//! Recognises the events that reading the audit log causes by itself.
//!
//! Each sign-in and each look at the log is written into the log. Such an event is told by its
//! type and its identity together: people look at logs too, and the identity may do real work.

use base64::Engine as _;
use serde::Deserialize;

use crate::http::USER_AGENT;
use crate::json;

const SIGN_IN: &str = "login-identity-universal-auth";
const VIEW: &str = "view-audit-logs";

/// Who reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Own {
    identity: Option<String>,
    /// For the access token of a person.
    user: Option<String>,
}

impl Own {
    /// The bearer of an access token, as the token itself says.
    pub fn of(token: &str) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Claims {
            identity_id: Option<String>,
            user_id: Option<String>,
        }
        let claims = token.split('.').nth(1).and_then(|part| {
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(part.trim_end_matches('='))
                .ok()?;
            serde_json::from_slice::<Claims>(&bytes).ok()
        });
        let Claims {
            identity_id,
            user_id,
        } = claims.unwrap_or_default();
        Self {
            user: user_id.filter(|_| identity_id.is_none()),
            identity: identity_id,
        }
    }

    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    pub fn is_person(&self) -> bool {
        self.user.is_some()
    }

    /// Whether reading the log caused this (flat) event.
    pub fn caused(&self, event: &[u8]) -> bool {
        let text = |name: &str| json::member(event, name).and_then(|it| it.text());
        let inner = |object: &str, name: &str| {
            let object = json::member(event, object)?;
            json::member(object.value, name)?.text()
        };
        // A token that does not tell whose it is: by what Penstock calls itself.
        let nobody = self.identity.is_none() && self.user.is_none();
        if nobody {
            return matches!(text("eventType").as_deref(), Some(SIGN_IN | VIEW))
                && text("userAgent").as_deref() == Some(USER_AGENT);
        }
        let is = |found: Option<std::borrow::Cow<'_, str>>, wanted: &Option<String>| {
            wanted.is_some() && found.as_deref() == wanted.as_deref()
        };
        match text("eventType").as_deref() {
            // Its actor is unknown as yet: only the metadata says who signed in.
            Some(SIGN_IN) => is(inner("eventMetadata", "identityId"), &self.identity),
            Some(VIEW) => match text("actor").as_deref() {
                Some("identity") => is(inner("actorMetadata", "identityId"), &self.identity),
                // A person looks at the log in a browser as well.
                Some("user") => {
                    is(inner("actorMetadata", "userId"), &self.user)
                        && text("userAgent").as_deref() == Some(USER_AGENT)
                }
                _ => false,
            },
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part("{\"alg\":\"HS256\"}"), part(claims))
    }

    #[test]
    fn the_bearer_is_read_from_the_token() {
        let own = Own::of(&token(
            r#"{"identityId":"i-1","authTokenType":"identityAccessToken"}"#,
        ));
        assert_eq!((own.identity(), own.is_person()), (Some("i-1"), false));
        let own = Own::of(&token(r#"{"userId":"u-1","authTokenType":"accessToken"}"#));
        assert_eq!((own.identity(), own.is_person()), (None, true));
        for other in ["", "opaque", "a.b.c", "a.!.c", &token("[]")] {
            assert_eq!(Own::of(other), Own::default(), "{other}");
        }
    }

    #[test]
    fn an_event_is_own_by_type_and_identity_together() {
        let own = Own::of(&token(r#"{"identityId":"i-1"}"#));
        for (event, wanted) in [
            (
                r#"{"eventType":"login-identity-universal-auth","actor":"unknownUser","actorMetadata":{},"eventMetadata":{"identityId":"i-1"}}"#,
                true,
            ),
            (
                r#"{"eventType":"login-identity-universal-auth","actor":"unknownUser","actorMetadata":{},"eventMetadata":{"identityId":"i-2"}}"#,
                false,
            ),
            (
                r#"{"eventType":"login-identity-universal-auth-failed","eventMetadata":{"identityId":"i-1"}}"#,
                false,
            ),
            (
                r#"{"eventType":"view-audit-logs","actor":"identity","actorMetadata":{"identityId":"i-1","name":"p"}}"#,
                true,
            ),
            (
                r#"{"eventType":"view-audit-logs","actor":"identity","actorMetadata":{"identityId":"i-2"}}"#,
                false,
            ),
            (
                r#"{"eventType":"view-audit-logs","actor":"user","actorMetadata":{"userId":"i-1"}}"#,
                false,
            ),
            (
                r#"{"eventType":"get-secrets","actor":"identity","actorMetadata":{"identityId":"i-1"}}"#,
                false,
            ),
            (
                r#"{"eventType":"get-secrets","actor":"user","eventMetadata":{"identityId":"i-1"}}"#,
                false,
            ),
        ] {
            assert_eq!(own.caused(event.as_bytes()), wanted, "{event}");
        }
    }

    #[test]
    fn without_an_identity_it_goes_by_the_name_of_the_program() {
        let nobody = Own::of("opaque");
        for kind in [SIGN_IN, VIEW] {
            let by = |agent: &str| format!(r#"{{"eventType":"{kind}","userAgent":"{agent}"}}"#);
            assert!(nobody.caused(by(USER_AGENT).as_bytes()));
            assert!(!nobody.caused(by("curl/8").as_bytes()));
        }
        let other = format!(r#"{{"eventType":"get-secrets","userAgent":"{USER_AGENT}"}}"#);
        assert!(!nobody.caused(other.as_bytes()));
    }

    #[test]
    fn a_persons_own_looks_in_a_browser_are_not_penstocks() {
        let own = Own::of(&token(r#"{"userId":"u-1"}"#));
        let look = |agent: &str| {
            format!(
                r#"{{"eventType":"view-audit-logs","actor":"user","actorMetadata":{{"userId":"u-1"}},"userAgent":"{agent}"}}"#
            )
        };
        assert!(own.caused(look(USER_AGENT).as_bytes()));
        assert!(!own.caused(look("Mozilla/5.0").as_bytes()));
    }
}
