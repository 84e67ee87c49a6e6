//! Understands an address the way it was pasted.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use url::{Host, ParseError, Url};

/// An address in a form.
#[derive(Clone)]
pub(crate) struct Address(pub Url);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        parse(&String::deserialize(source)?)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-kind": "url" })
    }
}

/// Reads an `http(s)` address; one without a scheme is taken as `https`. The error says what is
/// wrong with it.
pub(crate) fn parse(text: &str) -> Result<Url, String> {
    let text = text
        .trim()
        .trim_matches(|it: char| matches!(it, '"' | '\'' | '`' | '<' | '>'))
        .trim();
    if text.contains(|it: char| it.is_whitespace() || it.is_control()) {
        return Err("The address contains a blank or a line break. Paste it as one piece.".into());
    }
    let (scheme, rest) = text
        .split_once("://")
        .unwrap_or(("https", text.trim_start_matches('/')));
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "https" && scheme != "http" {
        return Err(format!(
            "The address starts with {scheme}://. Use https:// (or http:// on this machine)."
        ));
    }
    let mut url = Url::parse(&format!("{scheme}://{rest}")).map_err(|error| match error {
        ParseError::EmptyHost => {
            "The address has no host name, such as logs.example.com.".to_owned()
        }
        ParseError::InvalidPort => "The port is a number from 1 to 65535.".into(),
        ParseError::InvalidIpv4Address => "The IP address is not complete.".into(),
        ParseError::InvalidIpv6Address => {
            "An IPv6 address stands in brackets, such as https://[::1]:8088.".into()
        }
        _ => "This is not an address, such as https://logs.example.com.".into(),
    })?;
    if url.port() == Some(0) {
        return Err("The port is a number from 1 to 65535.".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "The address contains a user name or a password. Leave them out: secrets have \
                    fields of their own."
                .into(),
        );
    }
    url.set_fragment(None);
    Ok(url)
}

/// Whether what is sent there stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// What to tell a person whose secret would travel where others can read it.
pub(crate) fn readable_on_the_way(url: &Url) -> Option<String> {
    (url.scheme() == "http" && !is_loopback(url)).then(|| {
        format!(
            "http:// is not encrypted: the secrets and every event can be read on the way to {}. Use \
             https:// if the other side offers it.",
            url.host_str().unwrap_or_default()
        )
    })
}

/// `logs.example.com:8443`: the place without scheme, path and query.
pub(crate) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_understood_however_it_was_pasted() {
        for (pasted, read) in [
            ("logs.example.com", "https://logs.example.com/"),
            (
                " https://logs.example.com/a?b=c#d \n",
                "https://logs.example.com/a?b=c",
            ),
            (
                "<https://LOGS.example.com:443>",
                "https://logs.example.com/",
            ),
            ("localhost:8080/x", "https://localhost:8080/x"),
            ("HTTP://127.0.0.1:1", "http://127.0.0.1:1/"),
            ("//logs.example.com", "https://logs.example.com/"),
            ("[::1]:8088", "https://[::1]:8088/"),
            ("bücher.example", "https://xn--bcher-kva.example/"),
        ] {
            assert_eq!(
                parse(pasted).as_ref().map(Url::as_str),
                Ok(read),
                "{pasted}"
            );
        }
    }

    #[test]
    fn an_address_that_cannot_be_is_refused_with_its_mistake() {
        for (pasted, said) in [
            ("", "no host name"),
            ("https://", "no host name"),
            ("ftp://a.example", "starts with ftp://"),
            ("ws://a.example", "starts with ws://"),
            ("https://a.example:99999", "port"),
            ("https://a.example:0", "port"),
            ("https://a b.example", "blank"),
            ("https://a.example/x\ny", "line break"),
            ("https://user:pass@a.example", "password"),
            ("https://a|b.example", "not an address"),
        ] {
            let refused = parse(pasted).expect_err(pasted);
            assert!(refused.contains(said), "{pasted:?}: {refused}");
        }
    }

    #[test]
    fn only_http_beyond_this_machine_is_warned_about() {
        let warned = |text: &str| readable_on_the_way(&parse(text).expect(text)).is_some();
        assert!(warned("http://logs.example.com"));
        assert!(warned("http://192.168.1.4:8080"));
        for fine in [
            "https://logs.example.com",
            "http://127.0.0.1:9",
            "http://localhost",
            "http://[::1]:9",
        ] {
            assert!(!warned(fine), "{fine}");
        }
    }
}
