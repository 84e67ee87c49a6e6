//! Which Datadog site is meant, from whatever was pasted.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use url::Url;

use crate::provider::address;

/// Site, short name, region. A site that ends with another stands before it.
const SITES: [(&str, &str, &str); 8] = [
    ("us3.datadoghq.com", "US3", "United States, on Azure"),
    ("us5.datadoghq.com", "US5", "United States, on Google Cloud"),
    ("ap1.datadoghq.com", "AP1", "Japan"),
    ("ap2.datadoghq.com", "AP2", "Australia"),
    ("datadoghq.com", "US1", "United States"),
    ("datadoghq.eu", "EU1", "Germany"),
    ("us2.ddog-gov.com", "US2-FED", "US government"),
    ("ddog-gov.com", "US1-FED", "US government"),
];

const PATH: &str = "/api/v2/logs";
const VALIDATION: &str = "/api/v1/validate";

pub(crate) struct Site {
    /// `datadoghq.eu`, or the address of an intake elsewhere.
    pub name: String,
    pub intake: Url,
}

impl Site {
    pub fn place(&self) -> String {
        address::place(&self.intake)
    }

    /// Where to ask whose key it is: at this site, then at the others. An intake elsewhere, by its
    /// whole address, is asked alone.
    pub fn validations(&self) -> Vec<(String, Url)> {
        let named = self.intake.host_str() == Some(&format!("http-intake.logs.{}", self.name));
        if !named {
            let mut url = self.intake.clone();
            let prefix = url.path().strip_suffix(PATH).unwrap_or_default();
            url.set_path(&format!("{prefix}{VALIDATION}"));
            return vec![(self.name.clone(), url)];
        }
        let others = SITES.iter().map(|(site, ..)| *site);
        std::iter::once(self.name.as_str())
            .chain(others.filter(|site| *site != self.name))
            .filter_map(|site| {
                let url = address::parse(&format!("https://api.{site}{VALIDATION}")).ok()?;
                Some((site.to_owned(), url))
            })
            .collect()
    }

    fn at(site: &str) -> Result<Self, String> {
        let intake = address::parse(&format!("https://http-intake.logs.{site}{PATH}"))?;
        Ok(Self {
            name: site.into(),
            intake,
        })
    }
}

pub(super) fn understand(text: &str) -> Result<Site, String> {
    let text = text.trim();
    let named = |short: &str| {
        let same = |name: &str| name.eq_ignore_ascii_case(short);
        same(text)
            || (same("US1") && text.eq_ignore_ascii_case("us"))
            || (same("EU1") && text.eq_ignore_ascii_case("eu"))
    };
    if let Some((site, ..)) = SITES.iter().find(|(_, short, _)| named(short)) {
        return Site::at(site);
    }
    let mut url = address::parse(text)?;
    let host = url
        .host_str()
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_owned();
    let within =
        |site: &str| host == site || host.strip_suffix(site).is_some_and(|it| it.ends_with('.'));
    if let Some((site, ..)) = SITES.iter().find(|(site, ..)| within(site)) {
        // A region that is newer than this list is a site of its own.
        let before = host
            .strip_suffix(site)
            .unwrap_or_default()
            .trim_end_matches('.');
        let label = before.rsplit('.').next().unwrap_or_default();
        let region = label.len() > 2
            && ["us", "eu", "ap"].iter().any(|area| {
                label
                    .strip_prefix(area)
                    .is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()))
            });
        return if region {
            Site::at(&format!("{label}.{site}"))
        } else {
            Site::at(site)
        };
    }
    if !text.contains("://") {
        let known: Vec<&str> = SITES.iter().map(|(site, ..)| *site).collect();
        return Err(format!(
            "{text} is not a Datadog site. The sites are {}. Yours stands in your browser's address bar.",
            known.join(", ")
        ));
    }
    let prefix = url.path().trim_end_matches('/');
    let prefix = prefix.strip_suffix(PATH).unwrap_or(prefix).to_owned();
    url.set_query(None);
    url.set_path(&prefix);
    let name = url.as_str().trim_end_matches('/').to_owned();
    url.set_path(&format!("{prefix}{PATH}"));
    Ok(Site { name, intake: url })
}

impl<'de> Deserialize<'de> for Site {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        understand(&String::deserialize(source)?).map_err(serde::de::Error::custom)
    }
}

/// Text with the known sites as suggestions.
impl JsonSchema for Site {
    fn schema_name() -> Cow<'static, str> {
        "Site".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut known = SITES;
        known.sort_by_key(|(_, short, _)| (short.contains("FED"), short.starts_with("AP"), *short));
        let known: Vec<_> = known
            .iter()
            .map(|(site, short, region)| {
                serde_json::json!({ "const": site, "title": format!("{short}: {site}"), "description": region })
            })
            .collect();
        json_schema!({ "type": "string", "x-choices": known })
    }
}
