//! Microsoft Entra ID's client-credentials grant, and the codes of what is wrong.

use serde::Deserialize;
use std::borrow::Cow;
use std::time::Duration;

use super::{Rule, SHEET};
use crate::provider::sheet::Reply;
use crate::provider::{Body, Header, Request, Response, SignIn, Token, Verdict};

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Seconds,
}

/// Written as a number by version 2 of the endpoint, and as text by others.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl Seconds {
    fn duration(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Number(seconds) => *seconds,
            Self::Text(text) => text.parse().unwrap_or_default(),
        })
    }
}

#[derive(Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    error_codes: Vec<u64>,
    #[serde(default)]
    error_description: String,
}

impl Refused {
    /// From `error_codes`, else from the text, which starts with it.
    fn code(&self) -> Option<u64> {
        let in_text = || {
            let digits = self.error_description.strip_prefix("AADSTS")?;
            digits
                .split(|it: char| !it.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        };
        self.error_codes.first().copied().or_else(in_text)
    }
}

impl SignIn for Rule {
    fn request(&self) -> Request {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.it.client_id)
            .append_pair("client_secret", self.it.client_secret.expose())
            .append_pair("scope", self.it.cloud.scope())
            .finish();
        Request {
            method: "POST",
            url: self.token_url.as_str().into(),
            shown_url: self.token_url.to_string(),
            headers: vec![
                Header::Plain(
                    "Content-Type".into(),
                    "application/x-www-form-urlencoded".into(),
                ),
                Header::Plain("Accept".into(), "application/json".into()),
            ],
            body: Body {
                bytes: body.into(),
                gzip: false,
            },
        }
    }

    fn token(&self, response: &Response) -> Result<Token, Verdict> {
        if (200..300).contains(&response.status)
            && let Ok(granted) = serde_json::from_slice::<Granted>(&response.body)
        {
            return Ok(Token {
                lifetime: granted.expires_in.duration(),
                secret: granted.access_token.into(),
            });
        }
        let refused = serde_json::from_slice::<Refused>(&response.body).ok();
        let code = refused.as_ref().and_then(Refused::code);
        let vendor = match (&refused, code) {
            (_, Some(code)) if known(code) => format!("AADSTS{code}"),
            (Some(refused), _) if refused.error == "temporarily_unavailable" => {
                "AADSTS-busy".into()
            }
            _ if response.status == 429 || response.status >= 500 => "AADSTS-busy".into(),
            (Some(refused), None) if refused.error == "invalid_tenant" => "AADSTS90002".into(),
            (Some(refused), None) if refused.error == "invalid_client" => {
                "AADSTS-invalid_client".into()
            }
            (Some(_), _) => "AADSTS-other".into(),
            (None, _) => "AADSTS-not-entra".into(),
        };
        let code = code.map(|code| code.to_string());
        let mut fill = self.fill();
        fill.push(("aadsts", code.clone().unwrap_or_else(|| "0".into()).into()));
        let evidence = code.map(|code| format!("AADSTS{code}"));
        let reply = Reply {
            events: 1,
            evidence: evidence
                .filter(|code| response.text().contains(code))
                .map(Cow::Owned),
            vendor: Some(vendor.into()),
            fill,
            secrets: vec![&self.it.client_secret],
        };
        Err(SHEET.verdict(response, &reply))
    }
}

fn known(code: u64) -> bool {
    let name = format!("AADSTS{code}");
    SHEET
        .answers
        .iter()
        .any(|answer| answer.vendor.contains(&name))
}
