//! Who may come in: one machine identity, and the tokens given to it.

use base64::Engine as _;
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

use crate::Millis;

pub(crate) struct Grants {
    pub client_id: String,
    pub client_secret: String,
    pub identity_id: String,
    lifetime: Duration,
    /// Each token with its end.
    tokens: HashMap<String, Millis>,
    revoked: bool,
}

pub(crate) enum Standing {
    Good,
    Expired,
    Unknown,
}

impl Grants {
    pub fn new(lifetime: Duration) -> Self {
        let id = || Uuid::new_v4().to_string();
        Self {
            client_id: id(),
            client_secret: format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()),
            identity_id: id(),
            lifetime,
            tokens: HashMap::new(),
            revoked: false,
        }
    }

    pub fn knows(&self, client_id: &str, client_secret: &str) -> bool {
        !self.revoked && client_id == self.client_id && client_secret == self.client_secret
    }

    /// A new token, and how many seconds it lasts.
    pub fn grant(&mut self, now: Millis) -> (String, f64) {
        let part = |value: serde_json::Value| {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
        };
        let token = format!(
            "{}.{}.{}",
            part(json!({ "alg": "HS256", "typ": "JWT" })),
            part(json!({
                "identityId": self.identity_id,
                "identityAccessTokenId": Uuid::new_v4().to_string(),
                "authTokenType": "identityAccessToken",
            })),
            Uuid::new_v4().simple()
        );
        let lifetime = Millis::try_from(self.lifetime.as_millis()).expect("a token ends");
        self.tokens.insert(token.clone(), now + lifetime);
        (token, self.lifetime.as_secs_f64())
    }

    pub fn standing(&self, token: &str, now: Millis) -> Standing {
        match self.tokens.get(token) {
            Some(end) if now < *end => Standing::Good,
            Some(_) => Standing::Expired,
            None => Standing::Unknown,
        }
    }

    pub fn expire(&mut self) {
        self.tokens.values_mut().for_each(|end| *end = 0);
    }

    pub fn revoke_tokens(&mut self) {
        self.tokens.clear();
    }

    pub fn revoke(&mut self) {
        self.revoked = true;
        self.tokens.clear();
    }
}
