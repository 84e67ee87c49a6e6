//! Which Infisical is meant, from whatever was pasted.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use url::Url;

use crate::provider::address;

/// Short name, address, region, and the other names it answers to.
const CLOUD: [(&str, &str, &str, &[&str]); 2] = [
    (
        "us",
        "https://us.infisical.com",
        "United States",
        &["app.infisical.com", "infisical.com"],
    ),
    ("eu", "https://eu.infisical.com", "European Union", &[]),
];

/// Where pages of the web app begin, in an address copied from a browser.
const PAGES: [&str; 7] = [
    "api",
    "login",
    "organization",
    "organizations",
    "org",
    "projects",
    "signup",
];

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Site {
    /// `us`, `eu`, or the address.
    pub name: String,
    base: Url,
}

impl Site {
    pub fn understand(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let cloud = |url: &str, name: &str| {
            Ok(Self {
                name: name.into(),
                base: address::parse(url)?,
            })
        };
        if let Some((name, url, ..)) = CLOUD.iter().find(|it| it.0.eq_ignore_ascii_case(text)) {
            return cloud(url, name);
        }
        let mut base = address::parse(text)?;
        let host = base.host_str().unwrap_or_default().to_owned();
        let is_there = |url: &str, others: &[&str]| {
            url.ends_with(&format!("//{host}")) || others.contains(&host.as_str())
        };
        if let Some((name, url, ..)) = CLOUD.iter().find(|it| is_there(it.1, it.3)) {
            return cloud(url, name);
        }
        let path: Vec<&str> = base.path().split('/').filter(|it| !it.is_empty()).collect();
        let kept = path
            .iter()
            .position(|part| PAGES.contains(part))
            .unwrap_or(path.len());
        let path = path[..kept].join("/");
        base.set_path(&path);
        base.set_query(None);
        Ok(Self {
            name: base.as_str().trim_end_matches('/').to_owned(),
            base,
        })
    }

    /// `https://eu.infisical.com/api/…`
    pub fn endpoint(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let below = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{below}{path}"));
        url
    }

    /// `eu.infisical.com`
    pub fn place(&self) -> String {
        address::place(&self.base)
    }

    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The other region of Infisical's cloud, where it is one.
    pub fn other_region(&self) -> Option<&'static str> {
        let is_cloud = CLOUD.iter().any(|it| it.0 == self.name);
        let other = CLOUD.iter().find(|it| it.0 != self.name)?;
        is_cloud.then_some(other.0)
    }
}

impl<'de> Deserialize<'de> for Site {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Self::understand(&String::deserialize(source)?).map_err(serde::de::Error::custom)
    }
}

/// Text with the regions of the cloud as suggestions.
impl JsonSchema for Site {
    fn schema_name() -> Cow<'static, str> {
        "InfisicalSite".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let known: Vec<_> = CLOUD
            .iter()
            .map(|(name, url, region, _)| {
                serde_json::json!({ "const": name, "title": region, "description": url })
            })
            .collect();
        json_schema!({ "type": "string", "x-choices": known })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_understood_however_it_was_pasted() {
        for (pasted, name, login) in [
            ("us", "us", "https://us.infisical.com/api/v1/login"),
            ("EU", "eu", "https://eu.infisical.com/api/v1/login"),
            (
                "https://app.infisical.com/organizations/1/settings",
                "us",
                "https://us.infisical.com/api/v1/login",
            ),
            (
                "eu.infisical.com",
                "eu",
                "https://eu.infisical.com/api/v1/login",
            ),
            (
                "https://secrets.example.com/api/v1?x#y",
                "https://secrets.example.com",
                "https://secrets.example.com/api/v1/login",
            ),
            (
                "http://127.0.0.1:8080/",
                "http://127.0.0.1:8080",
                "http://127.0.0.1:8080/api/v1/login",
            ),
            (
                "https://example.com/infisical/login",
                "https://example.com/infisical",
                "https://example.com/infisical/api/v1/login",
            ),
        ] {
            let site = Site::understand(pasted).expect(pasted);
            assert_eq!(site.name, name, "{pasted}");
            assert_eq!(site.endpoint("/api/v1/login").as_str(), login, "{pasted}");
            assert_eq!(Site::understand(&site.name), Ok(site), "{pasted}");
        }
        assert!(Site::understand("ftp://example.com").is_err());
        assert!(Site::understand("https://user:pw@example.com").is_err());
    }

    #[test]
    fn the_other_region_is_known_for_the_cloud_alone() {
        let other = |text| Site::understand(text).expect(text).other_region();
        assert_eq!((other("us"), other("eu")), (Some("eu"), Some("us")));
        assert_eq!(other("https://example.com"), None);
    }
}
