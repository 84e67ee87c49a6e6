//! The way to a server: straight, or through a proxy.

use hyper_util::client::proxy::matcher::Matcher;
use std::sync::Arc;
use url::Url;

use crate::connection::{Proxy, is_loopback};
use crate::secret::Secret;

#[derive(Clone)]
pub(crate) enum Route {
    /// As the operating system (or `HTTPS_PROXY` and its like) says.
    System(Arc<Matcher>),
    Straight,
    Own(Url, Option<(String, Secret)>),
}

impl Route {
    pub fn new(proxy: Proxy) -> Self {
        match proxy {
            Proxy::System => Self::System(Arc::new(Matcher::from_system())),
            Proxy::None => Self::Straight,
            Proxy::Own(url, credentials) => Self::Own(url, credentials),
        }
    }

    /// The proxy's address for this target, without credentials.
    pub fn proxy(&self, target: &Url) -> Option<Url> {
        let mut url = self.proxy_with_credentials(target)?;
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Some(url)
    }

    /// The same with credentials: not to be shown.
    pub fn proxy_with_credentials(&self, target: &Url) -> Option<Url> {
        match self {
            Self::Straight => None,
            Self::Own(url, credentials) => {
                let mut url = url.clone();
                if let Some((user, password)) = credentials {
                    let _ = url.set_username(user);
                    let _ = url.set_password(Some(password.expose()));
                }
                Some(url)
            }
            // No proxy of a network can reach this very computer.
            Self::System(_) if is_loopback(target) => None,
            Self::System(matcher) => {
                let found = matcher.intercept(&target.as_str().parse().ok()?)?;
                let mut url = Url::parse(&found.uri().to_string()).ok()?;
                if let Some((user, password)) = found.raw_auth() {
                    let _ = url.set_username(user);
                    let _ = url.set_password(Some(password));
                } else if let Some((user, password)) = basic(found.basic_auth()) {
                    let _ = url.set_username(&user);
                    let _ = url.set_password(Some(&password));
                }
                Some(url)
            }
        }
    }
}

fn basic(header: Option<&reqwest::header::HeaderValue>) -> Option<(String, String)> {
    use base64::Engine as _;
    let packed = header?.to_str().ok()?.strip_prefix("Basic ")?;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(packed)
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
