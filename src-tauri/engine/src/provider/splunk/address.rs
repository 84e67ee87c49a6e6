//! Where the collector is, from whatever was pasted.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use url::Url;

use crate::provider::address;

const PATH: &str = "/services/collector";

/// Splunk Web, management, forwarders. Taken for the collector only where its path is written out.
const OTHER_DOORS: [u16; 3] = [8000, 8089, 9997];

pub(crate) struct Collector {
    /// Scheme, host, port, and the part of the path before the collector's own.
    pub url: Url,
    port: u16,
    pub cloud: bool,
    pub warning: Option<String>,
}

impl Collector {
    pub fn events(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{PATH}/event", self.prefix()));
        url
    }

    pub fn acknowledgements(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{PATH}/ack", self.prefix()));
        url
    }

    /// `splunk.example.com:8088`
    pub fn place(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        if self.cloud && self.port == 443 {
            host.into()
        } else {
            format!("{host}:{}", self.port)
        }
    }

    /// What gives this collector again when read.
    pub fn shortest(&self) -> String {
        let own_path = if OTHER_DOORS.contains(&self.port) {
            PATH
        } else {
            ""
        };
        let path = format!("{}{own_path}", self.prefix());
        if self.url.scheme() == "https" && path.is_empty() {
            return self.place();
        }
        let host = self.url.host_str().unwrap_or_default();
        format!("{}://{host}:{}{path}", self.url.scheme(), self.port)
    }

    fn prefix(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }
}

impl<'de> Deserialize<'de> for Collector {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        understand(&String::deserialize(source)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Collector {
    fn schema_name() -> Cow<'static, str> {
        "Collector".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

pub(super) fn understand(text: &str) -> Result<Collector, String> {
    let mut url = address::parse(text)?;
    let host = url
        .host_str()
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_owned();
    let cut = url.path().find(PATH);
    let written_in_full = cut.is_some();
    let prefix = url.path()[..cut.unwrap_or(url.path().len())]
        .trim_end_matches('/')
        .to_owned();
    let port = written_port(text);
    if !written_in_full {
        refuse_other_doors(&host, &prefix, port)?;
    }
    let cloud = host.ends_with(".splunkcloud.com") || host.ends_with(".splunkcloudgc.com");
    let inputs = cloud && (host.starts_with("http-inputs-") || host.starts_with("http-inputs."));
    if cloud && !inputs && port != Some(8088) {
        return Err(cloud_hosts(&host));
    }
    let port = match port {
        Some(port) => port,
        None if inputs => 443,
        // An address with the collector's own path was copied from somewhere that uses it as is.
        None if written_in_full && text.contains("://") => {
            url.port_or_known_default().unwrap_or(8088)
        }
        None => 8088,
    };
    let warning = url.query().is_some_and(|query| !query.is_empty()).then(|| {
        "What stands after the question mark was left out: Penstock sends the token and the index \
         from their own fields."
            .to_owned()
    });
    url.set_query(None);
    url.set_path(&prefix);
    url.set_port(Some(port))
        .map_err(|()| "The port is a number from 1 to 65535.")?;
    Ok(Collector {
        url,
        port,
        cloud,
        warning,
    })
}

fn refuse_other_doors(host: &str, prefix: &str, port: Option<u16>) -> Result<(), String> {
    let web = ["/app", "/account", "/manager", "/en-"]
        .iter()
        .any(|it| prefix.contains(it));
    match port {
        Some(8000) => Err(format!(
            "Port 8000 is Splunk Web, the pages you see in the browser. The HTTP Event Collector listens \
             on a port of its own, usually 8088: try {host}:8088."
        )),
        Some(8089) => Err(format!(
            "Port 8089 is Splunk's management port. The HTTP Event Collector usually listens on 8088: try \
             {host}:8088."
        )),
        Some(9997) => Err(format!(
            "Port 9997 is for Splunk's own forwarders. The HTTP Event Collector usually listens on 8088: \
             try {host}:8088."
        )),
        _ if web && !host.contains(".splunkcloud") => Err(format!(
            "This is the address of a page in Splunk Web. Enter the host of the HTTP Event Collector \
             only, such as {host}:8088."
        )),
        _ => Ok(()),
    }
}

fn cloud_hosts(host: &str) -> String {
    let (stack, domain) = host.split_once(".splunkcloud").unwrap_or((host, ".com"));
    if domain.starts_with("gc") {
        return format!(
            "This is the address of Splunk Web. The HTTP Event Collector of this stack is at \
             http-inputs.{stack}.splunkcloudgc.com."
        );
    }
    format!(
        "This is the address of Splunk Web. The HTTP Event Collector of this stack is at \
         http-inputs-{stack}.splunkcloud.com (on AWS) or http-inputs.{stack}.splunkcloud.com (on Google \
         Cloud or Azure); of a free trial at {stack}.splunkcloud.com:8088."
    )
}

/// The port as written, also where it is the scheme's own.
fn written_port(text: &str) -> Option<u16> {
    let text = text
        .trim()
        .trim_matches(|it: char| matches!(it, '"' | '\'' | '`' | '<' | '>'));
    let text = text
        .split_once("://")
        .map_or(text, |(_, rest)| rest)
        .trim_start_matches('/');
    let authority = text.split(['/', '?', '#']).next().unwrap_or_default();
    let (_, port) = authority.rsplit_once(':')?;
    port.parse().ok()
}
