//! Infisical's API, as much of it as reading the audit log needs.
//!
//! The sign-in is kept until shortly before it ends; where it is refused earlier, one new sign-in
//! is tried before the refusal counts. Requests keep apart, and every answer is bounded in size.
//! The time is Infisical's own, learnt from its answers.

use bytes::Bytes;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

use super::course::Window;
use super::own::Own;
use super::pace::Spacing;
use super::page::{self, Row};
use super::problems::{self as say, Asked};
use super::settings::Login;
use super::site::Site;
use super::trouble::Trouble;
use crate::clock::{Clock, Millis, rfc3339};
use crate::http::Client;
use crate::problem::Problem;
use crate::provider::{Body, Header, Request, Response};
use crate::secret::Secret;

/// A page of the list, the newest row first.
pub(super) struct Page {
    pub rows: Vec<Row>,
    /// Looked for at this time, or later.
    pub read_at: Millis,
}

/// The largest page that is held at once.
const PAGE_BYTES: usize = 32 << 20;
const OTHER_BYTES: usize = 256 << 10;
/// A difference of clocks that is worth telling.
const CLOCK_OFF: Millis = 120_000;

pub(super) struct Api {
    client: Client,
    site: Site,
    login: Login,
    clock: Arc<dyn Clock>,
    session: Option<Session>,
    own: Own,
    /// How far Infisical's clock is ahead of this computer's, once it is known.
    ahead: Option<Millis>,
    spacing: Spacing,
    began: Instant,
}

struct Session {
    token: Secret,
    until: Option<Instant>,
}

impl Session {
    fn holds(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }
}

impl Api {
    pub fn new(client: Client, site: Site, login: Login, clock: Arc<dyn Clock>) -> Self {
        Self {
            client,
            site,
            login,
            clock,
            session: None,
            own: Own::default(),
            ahead: None,
            spacing: Spacing::default(),
            began: Instant::now(),
        }
    }

    pub fn site(&self) -> &Site {
        &self.site
    }

    pub fn own(&self) -> &Own {
        &self.own
    }

    pub fn is_signed_in(&self) -> bool {
        self.session.is_some()
    }

    /// The time at Infisical, as far as it is known; never later than it is there.
    pub fn now(&self) -> Millis {
        self.clock.now() + self.ahead.unwrap_or_default()
    }

    pub fn ahead(&self) -> Option<Millis> {
        self.ahead
    }

    /// What to tell a person about the two clocks.
    pub fn clock_warning(&self) -> Option<Problem> {
        let ahead = -self.ahead?;
        (ahead.abs() >= CLOCK_OFF).then(|| say::clock_off(ahead))
    }

    /// Gets an answer, whatever it is, so that Infisical's time and the reader are known.
    pub async fn greet(&mut self) -> Result<(), Trouble> {
        match self.login {
            Login::Universal { .. } => self.sign_in().await,
            Login::Token(_) => {
                let end = self.now();
                let window = Window {
                    start: end - 1_000,
                    end,
                };
                self.list(window, 0, 1).await.map(drop)
            }
        }
    }

    /// Makes sure that there is a token.
    pub async fn sign_in(&mut self) -> Result<(), Trouble> {
        if self.session.as_ref().is_some_and(Session::holds) {
            return Ok(());
        }
        let (client_id, client_secret) = match &self.login {
            Login::Universal { id, secret } => (id.clone(), secret.clone()),
            Login::Token(token) => {
                self.own = Own::of(token.expose());
                self.session = Some(Session {
                    token: token.clone(),
                    until: None,
                });
                return Ok(());
            }
        };
        let body = serde_json::json!({
            "clientId": client_id,
            "clientSecret": client_secret.expose(),
        });
        let url = self.site.endpoint("/api/v1/auth/universal-auth/login");
        let request = Request {
            method: "POST",
            headers: vec![plain("Content-Type", "application/json"), accept()],
            body: Body {
                bytes: body.to_string().into(),
                gzip: false,
            },
            ..get(&url)
        };
        let asked_at = Instant::now();
        let (response, _) = self.ask(&request, OTHER_BYTES).await?;
        let trouble = || Trouble::of(&response, Asked::SignIn, &self.site, Some(&client_secret));
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Granted {
            access_token: String,
            #[serde(default)]
            expires_in: f64,
        }
        let granted: Granted = match response.status {
            200..300 => serde_json::from_slice(&response.body).map_err(|_| trouble())?,
            _ => return Err(trouble()),
        };
        self.own = Own::of(&granted.access_token);
        self.session = Some(Session {
            token: granted.access_token.into(),
            until: lifetime(granted.expires_in).map(|lifetime| asked_at + lifetime),
        });
        Ok(())
    }

    /// One page of the window.
    pub async fn list(
        &mut self,
        window: Window,
        offset: usize,
        limit: usize,
    ) -> Result<Page, Trouble> {
        let mut url = self.site.endpoint("/api/v1/organization/audit-logs");
        url.query_pairs_mut()
            .append_pair("startDate", &rfc3339(window.start))
            .append_pair("endDate", &rfc3339(window.end))
            .append_pair("offset", &offset.to_string())
            .append_pair("limit", &limit.to_string());
        let (response, read_at) = self.ask_signed_in(&url, Asked::List, PAGE_BYTES).await?;
        if response.body.len() >= PAGE_BYTES {
            return Err(Trouble::TooLarge(say::too_large(PAGE_BYTES)));
        }
        // Thousands of rows take a while to go through.
        let (own, end) = (self.own.clone(), window.end);
        let body = response.body.clone();
        let rows = tokio::task::spawn_blocking(move || page::rows(&body, end, &own)).await;
        match rows.ok().flatten() {
            Some(rows) => Ok(Page { rows, read_at }),
            None => Err(Trouble::of(&response, Asked::List, &self.site, None)),
        }
    }

    /// The organisation's name, where Infisical tells it: to a machine identity.
    pub async fn organisation(&mut self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            identity_details: Details,
        }
        #[derive(Deserialize)]
        struct Details {
            organization: Organisation,
        }
        #[derive(Deserialize)]
        struct Organisation {
            name: String,
        }
        let url = self.site.endpoint("/api/v1/identities/details");
        let answered = self.ask_signed_in(&url, Asked::Details, OTHER_BYTES).await;
        let (response, _) = answered.ok()?;
        let answer: Answer = serde_json::from_slice(&response.body).ok()?;
        Some(answer.identity_details.organization.name)
    }

    /// With a token; once more with a new one where it is not taken any more. Also when it was
    /// asked.
    async fn ask_signed_in(
        &mut self,
        url: &Url,
        asked: Asked,
        limit: usize,
    ) -> Result<(Response, Millis), Trouble> {
        let mut renewed = false;
        loop {
            self.sign_in().await?;
            let token = self.session.as_ref().map(|it| it.token.clone());
            let token = token.unwrap_or_else(|| Secret::from(""));
            let request = Request {
                headers: vec![
                    Header::Secret("Authorization".into(), "Bearer ", token),
                    accept(),
                ],
                ..get(url)
            };
            let (response, asked_at) = self.ask(&request, limit).await?;
            if (200..300).contains(&response.status) {
                return Ok((response, asked_at));
            }
            match Trouble::of(&response, asked, &self.site, None) {
                Trouble::SignedOut(problem) => {
                    self.session = None;
                    let can_renew = matches!(self.login, Login::Universal { .. });
                    if renewed || !can_renew {
                        return Err(Trouble::Wrong(problem));
                    }
                    renewed = true;
                }
                trouble => return Err(trouble),
            }
        }
    }

    /// The answer, and when it was asked for, by Infisical's clock: this computer's may leap.
    async fn ask(
        &mut self,
        request: &Request,
        limit: usize,
    ) -> Result<(Response, Millis), Trouble> {
        let wait = self.spacing.book(self.began.elapsed());
        tokio::time::sleep(wait).await;
        let (before, started) = (self.now(), Instant::now());
        let sent = self.client.send_up_to(request, limit).await;
        let took = Millis::try_from(started.elapsed().as_millis()).unwrap_or_default();
        let response = sent.map_err(Trouble::of_failure)?.response;
        let there = date(&response);
        self.ahead = match there {
            Some(there) => Some(there - self.clock.now()),
            None => self.ahead.or(Some(0)),
        };
        if response.status == 429 {
            self.spacing.too_fast();
        } else {
            self.spacing.well();
        }
        Ok((response, there.map_or(before, |there| there - took)))
    }
}

/// How long a token is used: a little shorter than it lasts. One that lasts for ever says 0.
fn lifetime(expires_in: f64) -> Option<Duration> {
    let whole = Duration::try_from_secs_f64(expires_in).ok()?;
    let margin = (whole / 10).min(Duration::from_secs(60));
    (!whole.is_zero()).then(|| (whole - margin).min(Duration::from_secs(365 * 86_400)))
}

/// When the answer was given, by the clock there.
fn date(response: &Response) -> Option<Millis> {
    let zoned = jiff::fmt::rfc2822::parse(response.header("date")?).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

fn get(url: &Url) -> Request {
    Request {
        method: "GET",
        url: url.as_str().into(),
        shown_url: url.to_string(),
        headers: Vec::new(),
        body: Body {
            bytes: Bytes::new(),
            gzip: false,
        },
    }
}

fn plain(name: &str, value: &str) -> Header {
    Header::Plain(name.into(), value.into())
}

fn accept() -> Header {
    plain("Accept", "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_given_up_shortly_before_it_ends() {
        let seconds = |expires_in| lifetime(expires_in).map(|it| it.as_secs());
        assert_eq!(seconds(7_200.0), Some(7_140));
        assert_eq!(seconds(100.0), Some(90));
        for unlimited in [0.0, -1.0, f64::NAN] {
            assert_eq!(seconds(unlimited), None);
        }
        assert!(seconds(1e18).is_some());
    }

    #[test]
    fn the_time_there_is_read_from_the_answer() {
        let response = |date: &str| Response {
            headers: vec![("date".into(), date.into())],
            ..Response::default()
        };
        assert_eq!(
            date(&response("Thu, 15 Jan 2026 08:00:00 GMT")),
            Some(1_768_464_000_000)
        );
        assert_eq!(date(&response("soon")), None);
    }
}
