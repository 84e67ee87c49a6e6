//! Which protocol a request speaks: by the host it names, else by its path.

/// A provider id, and the path that is left for its protocol.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub provider: &'static str,
    pub path: &'a str,
}

/// Providers whose paths may stand behind their id: `/splunk/services/collector`.
const PREFIXES: [&str; 3] = ["custom", "practice", "splunk"];

/// Hosts that belong to one provider, by their end.
const HOSTS: [(&str, &str); 1] = [(".splunkcloud.com", "splunk")];

pub(crate) fn route<'a>(host: &str, path: &'a str) -> Route<'a> {
    let by_host = HOSTS
        .iter()
        .find(|(end, _)| host.ends_with(end) || host == end.trim_start_matches('.'));
    if let Some((_, provider)) = by_host {
        return Route { provider, path };
    }
    for provider in PREFIXES {
        let rest = path
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(provider));
        match rest {
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
        _ if path.starts_with("/services/collector") => "splunk",
        _ => "custom",
    };
    Route { provider, path }
}
