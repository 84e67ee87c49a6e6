//! The six values, from whatever was pasted, and what to paste where it is something else.

use url::Url;

use super::Cloud;
use crate::form::Entries;
use crate::provider::address;

pub(super) fn understand(entries: &mut Entries<'_>) {
    let pasted = entries.text("endpoint_url").map(endpoint);
    match pasted {
        Some(Ok(endpoint)) => take_endpoint(entries, &endpoint),
        Some(Err(message)) => entries.wrong("endpoint_url", message),
        None => {}
    }
    entries.tidy("tenant_id", tenant);
    entries.tidy("client_id", |text| guid(text).ok_or_else(|| {
        "A client ID looks like e5d80a37-1c64-4c39-8b72-90f4ab16d3e8. Copy Application (client) ID from the \
         app's overview, not its name."
            .into()
    }));
    if let (Some(tenant), Some(client)) = (entries.text("tenant_id"), entries.text("client_id"))
        && tenant == client
    {
        entries.wrong(
            "client_id",
            "This is the tenant ID again. Copy Application (client) ID from the app's overview.",
        );
    }
    entries.tidy_secret("client_secret", secret);
    entries.tidy("dcr_id", rule);
    entries.tidy("table_name", table);
    entries.tidy("authority_url", |text| {
        address::parse(text).map(|url| url.as_str().trim_end_matches('/').to_owned())
    });
}

/// An endpoint, and what the address said besides.
struct Endpoint {
    url: Url,
    cloud: Option<Cloud>,
    rule: Option<String>,
    stream: Option<String>,
}

fn take_endpoint(entries: &mut Entries<'_>, endpoint: &Endpoint) {
    entries.set("endpoint_url", endpoint.url.as_str().trim_end_matches('/'));
    if let Some(warning) = address::readable_on_the_way(&endpoint.url) {
        entries.warn("endpoint_url", warning);
    }
    if let Some(cloud) = endpoint
        .cloud
        .filter(|cloud| entries.text("cloud") != Some(cloud.name()))
    {
        entries.set("cloud", cloud.name());
        entries.warn(
            "cloud",
            "The endpoint belongs to this cloud, so it was chosen for you.",
        );
    }
    for (field, found) in [("dcr_id", &endpoint.rule), ("table_name", &endpoint.stream)] {
        if let Some(found) = found
            && entries.text(field).is_none()
        {
            entries.set(field, found.as_str());
        }
    }
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    let mut url = address::parse(text)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let cloud = Cloud::ALL
        .into_iter()
        .find(|cloud| host.ends_with(cloud.ingestion()));
    let ends_with = |ends: &[&str]| ends.iter().any(|end| host.ends_with(end));
    if ends_with(&[
        "portal.azure.com",
        "portal.azure.us",
        "portal.azure.cn",
        "portal.microsoft.com",
    ]) {
        return Err("This is a page of the Azure portal. Copy the URL named Logs Ingestion from the overview of \
                    the data collection endpoint (step 2)."
            .into());
    }
    if host.contains(".metrics.ingest.") {
        return Err("This is the endpoint for metrics. Copy the one named Logs Ingestion beside it (step 2).".into());
    }
    if host.contains(".handler.control.monitor.") {
        return Err("This is the endpoint for configuration access. Copy the one named Logs Ingestion beside it \
                    (step 2)."
            .into());
    }
    if ends_with(&[
        ".ods.opinsights.azure.com",
        ".ods.opinsights.azure.us",
        ".ods.opinsights.azure.cn",
    ]) {
        return Err("This address belongs to the older Data Collector API. Create a data collection endpoint and \
                    copy its Logs Ingestion URL (step 2)."
            .into());
    }
    if host == "management.azure.com" || url.path().starts_with("/subscriptions/") {
        return Err("This is a resource ID. Copy the URL named Logs Ingestion from the overview of the data \
                    collection endpoint (step 2)."
            .into());
    }
    if cloud.is_none() && !address::is_loopback(&url) {
        return Err(format!(
            "{host} is no ingestion endpoint of Azure Monitor: those end with .ingest.monitor.azure.com (.us, \
             .cn). Copy the URL named Logs Ingestion (step 2)."
        ));
    }
    let parts: Vec<&str> = url
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let after = |name: &str| {
        let at = parts
            .iter()
            .position(|part| part.eq_ignore_ascii_case(name))?;
        parts.get(at + 1).map(|part| (*part).to_owned())
    };
    let (rule, stream) = (after("dataCollectionRules"), after("streams"));
    let before: Vec<&str> = parts
        .iter()
        .take_while(|part| !part.eq_ignore_ascii_case("dataCollectionRules"))
        .copied()
        .collect();
    let path = before.join("/");
    url.set_path(&path);
    url.set_query(None);
    Ok(Endpoint {
        url,
        cloud,
        rule,
        stream,
    })
}

fn guid(text: &str) -> Option<String> {
    uuid::Uuid::parse_str(text.trim_matches(|it| it == '{' || it == '}'))
        .ok()
        .map(|it| it.to_string())
}

fn tenant(text: &str) -> Result<String, String> {
    // An address of Entra ID holds the tenant as the first part of its path.
    let text = match address::parse(text) {
        Ok(url) if text.contains("://") => url
            .path_segments()
            .and_then(|mut parts| parts.next().map(str::to_owned))
            .unwrap_or_default(),
        _ => text.to_owned(),
    };
    if let Some(id) = guid(&text) {
        return Ok(id);
    }
    if ["common", "organizations", "consumers"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
    {
        return Err(format!(
            "An app signs in to one tenant, and {text} names none. Copy Directory (tenant) ID from the app's overview."
        ));
    }
    let domain = text.contains('.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
    if domain {
        return Ok(text.to_ascii_lowercase());
    }
    Err(
        "A tenant ID looks like 7c1b0e52-4f1d-4a86-9d0e-2b6f3a91c7d4, or is a domain such as \
         example.onmicrosoft.com. Copy Directory (tenant) ID from the app's overview."
            .into(),
    )
}

fn secret(text: &str) -> Result<String, String> {
    let text = text.trim();
    if guid(text).is_some() {
        return Err("This is the Secret ID. Paste the secret's Value, the column beside it. A Value is shown only \
                    once: if it is gone, create a new client secret (step 1)."
            .into());
    }
    if text.contains(char::is_whitespace) {
        return Err("The client secret is one piece without blanks. Copy its Value again.".into());
    }
    Ok(text.into())
}

fn rule(text: &str) -> Result<String, String> {
    let hex = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lower = text.to_ascii_lowercase();
    if lower.strip_prefix("dcr-").is_some_and(hex) {
        return Ok(lower);
    }
    if hex(&lower) {
        return Ok(format!("dcr-{lower}"));
    }
    if lower.contains("/datacollectionrules/") {
        return Err("This is the rule's resource ID. Copy its immutable ID, dcr- and 32 letters and digits, from \
                    the rule's overview or its JSON View (step 5)."
            .into());
    }
    if guid(text).is_some() {
        return Err("This is an ID of something else. The immutable ID is dcr- followed by 32 letters and digits. \
                    Copy it in step 5."
            .into());
    }
    Err("This looks like the name of the rule. The immutable ID is dcr- followed by 32 letters and digits. Copy \
         it in step 5."
        .into())
}

fn table(text: &str) -> Result<String, String> {
    if text.starts_with("Custom-") || text.starts_with("Microsoft-") {
        let good = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        return if good {
            Ok(text.into())
        } else {
            Err("The name of a stream has letters, digits, dashes and underscores only.".into())
        };
    }
    let name = text.strip_suffix("_CL").unwrap_or(text);
    let good = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.len() <= 60;
    if !good {
        return Err("The name of a table starts with a letter and has letters, digits and underscores only, such \
                    as InfisicalLogs."
            .into());
    }
    Ok(name.into())
}

/// The stream that feeds the table; a whole name of a stream is taken as it is.
pub(super) fn stream(table: &str) -> String {
    if table.starts_with("Custom-") || table.starts_with("Microsoft-") {
        return table.into();
    }
    format!("Custom-{}_CL", table.strip_suffix("_CL").unwrap_or(table))
}
