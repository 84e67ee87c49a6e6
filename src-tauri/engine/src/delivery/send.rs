//! One request to a provider: sign in where needed, send, judge.
//!
//! The very same path serves live events and nothing else; it neither reads the journal nor
//! writes to the store. Here and nowhere else events are redacted, at the last moment: whatever
//! is tried again, cut in halves or set aside meanwhile is the original.

use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, watch};

use super::acknowledge;
use crate::event::Event;
use crate::exchange;
use crate::http::{Client, Failure, Sent};
use crate::problem::Problem;
use crate::provider::{Destination, Fate, Request, Verdict};
use crate::redaction::Compiled;
use crate::secret::Secret;
use crate::view::Exchange;

/// A token is renewed this long before its end.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// A way to one destination: keeps connections and the sign-in token.
pub struct Line {
    destination: Box<dyn Destination>,
    client: Client,
    redaction: Compiled,
    /// One sign-in at a time; the others wait for its token.
    token: Mutex<Option<Held>>,
}

struct Held {
    secret: Secret,
    renew_at: Instant,
}

/// What one try came to.
pub struct Tried {
    pub verdict: Verdict,
    pub status: Option<u16>,
    /// A few words: `Success`, `Connection refused`.
    pub reason: String,
    pub bytes: u64,
    pub elapsed: Duration,
    pub exchange: Exchange,
    /// Whether a smaller body may pass where this one did not.
    pub too_large: Option<usize>,
}

impl Line {
    pub fn new(
        destination: Box<dyn Destination>,
        client: Client,
        redaction: Compiled,
    ) -> Arc<Self> {
        Arc::new(Self {
            destination,
            client,
            redaction,
            token: Mutex::new(None),
        })
    }

    /// A change of `retry` is a person's word not to wait for the next question whether events are
    /// safe. `None` where `stop` came while the answer was there, but not yet the word that the events
    /// are safe: what became of them is not known.
    pub async fn send(
        &self,
        events: &[Event],
        mut retry: watch::Receiver<i64>,
        stop: impl Future<Output = ()>,
    ) -> Option<Tried> {
        let events = &*self.redacted(events);
        if let Some(tried) = self.refused_beforehand(events) {
            return Some(tried);
        }
        let mut stop = pin!(stop);
        let token = match self.token().await {
            Ok(token) => token,
            Err(tried) => return Some(*tried),
        };
        let first = self
            .send_with(events, token.as_ref(), &mut retry, stop.as_mut())
            .await?;
        let Some(token) = token.filter(|_| first.status == Some(401)) else {
            return Some(first);
        };
        // It may have been revoked before its time: sign in anew, once.
        forget(&mut *self.token.lock().await, &token);
        match self.token().await {
            Ok(token) => {
                self.send_with(events, token.as_ref(), &mut retry, stop)
                    .await
            }
            Err(tried) => Some(*tried),
        }
    }

    fn redacted<'a>(&self, events: &'a [Event]) -> Cow<'a, [Event]> {
        if self.redaction.is_empty() {
            return Cow::Borrowed(events);
        }
        let redacted = events.iter().map(|event| self.redaction.event(event));
        Cow::Owned(redacted.collect())
    }

    fn refused_beforehand(&self, events: &[Event]) -> Option<Tried> {
        let refusals: Vec<Option<Problem>> = events
            .iter()
            .map(|event| self.destination.refuse(event))
            .collect();
        let reason = refusals.iter().flatten().next()?.clone();
        let fates = refusals
            .into_iter()
            .map(|refusal| refusal.map_or(Fate::Again, Fate::SetAside))
            .collect();
        Some(Tried {
            status: None,
            reason: reason
                .short
                .clone()
                .unwrap_or_else(|| reason.summary.clone()),
            verdict: Verdict::Partly { fates, reason },
            bytes: 0,
            elapsed: Duration::ZERO,
            exchange: Exchange::default(),
            too_large: None,
        })
    }

    async fn send_with(
        &self,
        events: &[Event],
        token: Option<&Secret>,
        retry: &mut watch::Receiver<i64>,
        stop: impl Future<Output = ()>,
    ) -> Option<Tried> {
        let request = self.destination.request(events, token);
        let size = request.body.bytes.len();
        Some(match self.client.send(&request).await {
            Ok(sent) => {
                let verdict = self.destination.verdict(events, &sent.response);
                let (destination, client) = (&*self.destination, &self.client);
                let verdict =
                    acknowledge::settle(destination, client, verdict, &sent, retry, stop).await?;
                let mut tried = answered(&request, &sent, verdict);
                let refused = matches!(tried.verdict, Verdict::Split { .. });
                if refused && (sent.response.status == 413 || says_too_large(&tried.verdict)) {
                    tried.too_large = Some(size);
                }
                tried
            }
            Err(failure) => unanswered(&request, failure),
        })
    }

    async fn token(&self) -> Result<Option<Secret>, Box<Tried>> {
        let Some(sign_in) = self.destination.sign_in() else {
            return Ok(None);
        };
        let mut held = self.token.lock().await;
        if let Some(held) = held.as_ref()
            && held.renew_at > Instant::now()
        {
            return Ok(Some(held.secret.clone()));
        }
        let request = sign_in.request();
        match self.client.send(&request).await {
            Ok(sent) => match sign_in.token(&sent.response) {
                Ok(token) => {
                    let renew = token
                        .lifetime
                        .saturating_sub(RENEW_BEFORE)
                        .max(token.lifetime / 2);
                    *held = Some(Held {
                        secret: token.secret.clone(),
                        renew_at: Instant::now() + renew,
                    });
                    Ok(Some(token.secret))
                }
                Err(verdict) => {
                    let mut tried = answered(&request, &sent, verdict);
                    // A refusal to sign in says nothing about the events.
                    tried.status = None;
                    Err(Box::new(tried))
                }
            },
            Err(failure) => Err(Box::new(unanswered(&request, failure))),
        }
    }
}

/// Requests under way learn one after the other that their token was refused; meanwhile the
/// first may have signed in anew.
fn forget(held: &mut Option<Held>, refused: &Secret) {
    if held
        .as_ref()
        .is_some_and(|held| held.secret.expose() == refused.expose())
    {
        *held = None;
    }
}

fn says_too_large(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Split { reason } if reason.code.ends_with("too-large"))
}

fn answered(request: &Request, sent: &Sent, verdict: Verdict) -> Tried {
    let exchange = exchange::show(request, Ok(sent), Vec::new());
    Tried {
        status: Some(sent.response.status),
        reason: reason(&verdict),
        verdict,
        bytes: sent.wire_bytes,
        elapsed: sent.elapsed,
        exchange,
        too_large: None,
    }
}

fn unanswered(request: &Request, failure: Failure) -> Tried {
    let exchange = exchange::show(request, Err(&failure), Vec::new());
    Tried {
        status: None,
        reason: reason(&failure.verdict),
        verdict: failure.verdict,
        bytes: failure.wire_bytes,
        elapsed: failure.elapsed,
        exchange,
        too_large: None,
    }
}

fn reason(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted => String::from("Accepted"),
        Verdict::Retry { reason, .. }
        | Verdict::Split { reason }
        | Verdict::Partly { reason, .. }
        | Verdict::SetAside { reason }
        | Verdict::Hold { reason } => reason
            .short
            .clone()
            .unwrap_or_else(|| reason.summary.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_refusal_of_an_old_token_does_not_sign_out_the_new_one() {
        let mut held = Some(Held {
            secret: Secret::from("new"),
            renew_at: Instant::now(),
        });
        forget(&mut held, &Secret::from("old"));
        assert!(held.is_some());
        forget(&mut held, &Secret::from("new"));
        assert!(held.is_none());
    }
}
