//! Which protocol a request speaks: by the host it names, else by its path.

/// A provider id, and the path that is left for its protocol.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub provider: &'static str,
    pub path: &'a str,
}

/// Hosts and domains of the vendors; whatever is below a domain belongs to it.
const HOSTS: [(&str, &str); 15] = [
    ("splunkcloud.com", "splunk"),
    ("splunkcloudgc.com", "splunk"),
    ("datadoghq.com", "datadog"),
    ("datadoghq.eu", "datadog"),
    ("ddog-gov.com", "datadog"),
    ("ingest.monitor.azure.com", "azure"),
    ("ingest.monitor.azure.us", "azure"),
    ("ingest.monitor.azure.cn", "azure"),
    ("login.microsoftonline.com", "azure"),
    ("login.microsoftonline.us", "azure"),
    ("login.partner.microsoftonline.cn", "azure"),
    ("cribl.cloud", "cribl"),
    ("betterstackdata.com", "better_stack"),
    ("logs.betterstack.com", "better_stack"),
    ("sumologic.com", "sumo_logic"),
];

/// Providers whose paths may stand behind their id: `/splunk/services/collector`.
const PREFIXES: [&str; 8] = [
    "custom",
    "practice",
    "splunk",
    "datadog",
    "azure",
    "cribl",
    "better_stack",
    "sumo_logic",
];

pub(crate) fn route<'a>(method: &str, host: &str, path: &'a str) -> Route<'a> {
    if let Some(provider) = by_host(host) {
        return Route { provider, path };
    }
    for provider in PREFIXES {
        match path
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(provider))
        {
            Some("") => {
                return Route {
                    provider,
                    path: "/",
                };
            }
            Some(rest) if rest.starts_with('/') => {
                return Route {
                    provider,
                    path: rest,
                };
            }
            _ => {}
        }
    }
    let provider = match path {
        "/" if method == "POST" => "better_stack",
        "/api/v2/logs" | "/api/v1/validate" => "datadog",
        "/cribl_health" => "cribl",
        _ if path.starts_with("/services/collector") => "splunk",
        _ if path.starts_with("/dataCollectionRules/") => "azure",
        _ if path.ends_with("/oauth2/v2.0/token") => "azure",
        _ if path.ends_with("/v2.0/.well-known/openid-configuration") => "azure",
        _ if path.starts_with("/receiver/v1/http") => "sumo_logic",
        _ if path.ends_with("/_bulk") => "cribl",
        _ => "custom",
    };
    Route { provider, path }
}

fn by_host(host: &str) -> Option<&'static str> {
    let below = |domain: &str| {
        host.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    HOSTS
        .iter()
        .find(|(domain, _)| below(domain))
        .map(|(_, provider)| *provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendors_host_decides_before_any_path() {
        for (host, provider) in [
            ("http-intake.logs.datadoghq.eu", "datadog"),
            ("http-intake.logs.us3.datadoghq.com", "datadog"),
            ("api.us2.ddog-gov.com", "datadog"),
            ("my-dce-abcd.westeurope-1.ingest.monitor.azure.com", "azure"),
            (
                "my-dcr-abcd-westeurope.logs.z1.ingest.monitor.azure.com",
                "azure",
            ),
            ("login.microsoftonline.com", "azure"),
            ("login.partner.microsoftonline.cn", "azure"),
            ("http-inputs-acme.splunkcloud.com", "splunk"),
            ("http-inputs.acme.splunkcloudgc.com", "splunk"),
            ("default.main.acme.cribl.cloud", "cribl"),
            ("s123.eu-nbg-2.betterstackdata.com", "better_stack"),
            ("in.logs.betterstack.com", "better_stack"),
            ("endpoint4.collection.de.sumologic.com", "sumo_logic"),
        ] {
            assert_eq!(
                route("POST", host, "/custom/x"),
                Route {
                    provider,
                    path: "/custom/x"
                }
            );
        }
        assert_eq!(route("POST", "notdatadoghq.com", "/x").provider, "custom");
    }

    #[test]
    fn elsewhere_the_path_decides() {
        for (line, provider, rest) in [
            ("POST /", "better_stack", "/"),
            ("GET /", "custom", "/"),
            ("POST /better_stack", "better_stack", "/"),
            ("POST /better_stack/", "better_stack", "/"),
            (
                "POST /splunk/services/collector",
                "splunk",
                "/services/collector",
            ),
            (
                "POST /services/collector/raw",
                "splunk",
                "/services/collector/raw",
            ),
            ("POST /api/v2/logs", "datadog", "/api/v2/logs"),
            ("POST /datadog/api/v2/logs", "datadog", "/api/v2/logs"),
            (
                "POST /some-tenant/oauth2/v2.0/token",
                "azure",
                "/some-tenant/oauth2/v2.0/token",
            ),
            (
                "POST /dataCollectionRules/d/streams/s",
                "azure",
                "/dataCollectionRules/d/streams/s",
            ),
            ("POST /cribl/_bulk", "cribl", "/_bulk"),
            ("POST /events/_bulk", "cribl", "/events/_bulk"),
            (
                "POST /receiver/v1/http/abc",
                "sumo_logic",
                "/receiver/v1/http/abc",
            ),
            ("POST /practice", "practice", "/"),
            ("POST /practices", "custom", "/practices"),
            ("POST /anything/else", "custom", "/anything/else"),
        ] {
            let (method, path) = line.split_once(' ').expect("method and path");
            let expected = Route {
                provider,
                path: rest,
            };
            assert_eq!(route(method, "127.0.0.1", path), expected, "{line}");
        }
    }
}
