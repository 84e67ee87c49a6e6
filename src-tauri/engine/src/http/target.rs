//! Where a request goes.

use std::time::Duration;
use url::Url;

/// Where a request goes and how, in the terms of the words about it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub https: bool,
    /// As in the address: an IPv6 address has its brackets.
    pub host: String,
    pub port: u16,
    /// The proxy on the way, without credentials.
    pub proxy: Option<Url>,
    pub timeout: Duration,
    /// A client certificate is offered.
    pub has_identity: bool,
}

impl Target {
    /// Without the brackets of an IPv6 address.
    pub fn host_for_lookup(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// `splunk.example.com:8088`
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// `proxy.example.com:3128`
    pub fn proxy_place(&self) -> Option<String> {
        let proxy = self.proxy.as_ref()?;
        Some(format!(
            "{}:{}",
            proxy.host_str()?,
            proxy.port_or_known_default()?
        ))
    }

    /// Where the first connection goes.
    pub fn first_port(&self) -> u16 {
        self.proxy
            .as_ref()
            .and_then(Url::port_or_known_default)
            .unwrap_or(self.port)
    }

    /// The host that this computer connects to first.
    pub fn looked_up(&self) -> String {
        match &self.proxy {
            Some(proxy) if proxy.scheme() != "socks5" => {
                proxy.host_str().unwrap_or_default().to_owned()
            }
            _ => self.host.clone(),
        }
    }
}
