use serde_json::json;

use super::*;

#[test]
fn the_collector_is_found_from_whatever_was_pasted() {
    for (pasted, url, saved) in [
        (
            "splunk.example.com",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            " SPLUNK.example.com/ ",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "splunk.example.com:9088",
            "https://splunk.example.com:9088",
            "splunk.example.com:9088",
        ),
        (
            "splunk.example.com:443",
            "https://splunk.example.com",
            "splunk.example.com:443",
        ),
        ("10.0.0.5", "https://10.0.0.5:8088", "10.0.0.5:8088"),
        ("[::1]:8088", "https://[::1]:8088", "[::1]:8088"),
        (
            "https://splunk.example.com:8088",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "https://splunk.example.com",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "https://splunk.example.com:8088/services/collector/event",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "https://splunk.example.com/services/collector",
            "https://splunk.example.com",
            "splunk.example.com:443",
        ),
        (
            "https://splunk.example.com:8088/services/collector/raw?channel=x",
            "https://splunk.example.com:8088",
            "splunk.example.com:8088",
        ),
        (
            "https://proxy.example.com/splunk/services/collector/event/1.0",
            "https://proxy.example.com/splunk",
            "https://proxy.example.com:443/splunk",
        ),
        (
            "http://127.0.0.1:18088",
            "http://127.0.0.1:18088",
            "http://127.0.0.1:18088",
        ),
        (
            "http://127.0.0.1:8000/services/collector",
            "http://127.0.0.1:8000",
            "http://127.0.0.1:8000/services/collector",
        ),
        (
            "http-inputs-acme.splunkcloud.com",
            "https://http-inputs-acme.splunkcloud.com",
            "http-inputs-acme.splunkcloud.com",
        ),
        (
            "https://http-inputs.acme.splunkcloud.com:443",
            "https://http-inputs.acme.splunkcloud.com",
            "http-inputs.acme.splunkcloud.com",
        ),
        (
            "http-inputs.acme.splunkcloudgc.com",
            "https://http-inputs.acme.splunkcloudgc.com",
            "http-inputs.acme.splunkcloudgc.com",
        ),
        (
            "prd-p-x1.splunkcloud.com:8088",
            "https://prd-p-x1.splunkcloud.com:8088",
            "prd-p-x1.splunkcloud.com:8088",
        ),
    ] {
        for again in [pasted, saved] {
            let it = connected(
                "splunk",
                json!({ "hostname": again }),
                json!({ "token": TOKEN }),
            );
            let request = it.destination.request(&events(&["{}"]), None);
            assert_eq!(
                request.url.expose(),
                format!("{url}/services/collector/event"),
                "{again}"
            );
            assert_eq!(it.details["hostname"], saved, "{again}");
        }
    }
}

#[test]
fn the_address_goes_by_other_names_too() {
    for name in ["base_url", "url"] {
        let details = json!({ name: "http://127.0.0.1:18088" });
        let it = connected("splunk", details, json!({ "token": TOKEN }));
        assert_eq!(it.details["hostname"], "http://127.0.0.1:18088");
        assert_eq!(it.destination.endpoint(), "127.0.0.1:18088");
    }
}

#[test]
fn an_address_of_something_else_is_answered_with_the_right_one() {
    for (pasted, said) in [
        (
            "http://splunk.example.com:8000/en-US/app/search",
            "Port 8000 is Splunk Web",
        ),
        ("splunk.example.com:8000", "try splunk.example.com:8088"),
        ("splunk.example.com:8089", "management port"),
        ("splunk.example.com:9997", "forwarders"),
        (
            "https://splunk.example.com/en-GB/app/launcher/home",
            "page in Splunk Web",
        ),
        (
            "acme.splunkcloud.com",
            "http-inputs-acme.splunkcloud.com (on AWS)",
        ),
        (
            "https://acme.splunkcloud.com/en-US/app/search",
            "http-inputs.acme.splunkcloud.com",
        ),
        (
            "https://acme.splunkcloudgc.com",
            "http-inputs.acme.splunkcloudgc.com",
        ),
        ("ftp://splunk.example.com", "starts with ftp://"),
        ("https://admin:pw@splunk.example.com:8088", "password"),
        ("splunk example com", "blank"),
        ("", "is missing. Step 4"),
    ] {
        let errors = refused(
            "splunk",
            json!({ "hostname": pasted }),
            json!({ "token": TOKEN }),
        );
        assert_eq!(errors.len(), 1, "{pasted}: {errors:?}");
        assert!(
            errors[0].starts_with("hostname: ") && errors[0].contains(said),
            "{pasted}: {errors:?}"
        );
    }
}

#[test]
fn a_token_is_taken_bare_also_from_a_whole_header() {
    for pasted in [
        TOKEN.to_owned(),
        format!(" Splunk {TOKEN}\n"),
        format!("Authorization: Splunk {TOKEN}"),
    ] {
        let it = connected(
            "splunk",
            json!({ "hostname": "s.example" }),
            json!({ "token": pasted }),
        );
        assert_eq!(it.secrets["token"].expose(), TOKEN);
    }
    for (pasted, said) in [
        ("two words", "one piece"),
        ("a\nb", "line break"),
        (" ", "missing. Step 3"),
    ] {
        let errors = refused(
            "splunk",
            json!({ "hostname": "s.example" }),
            json!({ "token": pasted }),
        );
        assert!(
            errors[0].starts_with("token: ") && errors[0].contains(said),
            "{errors:?}"
        );
    }
}

#[test]
fn a_token_over_plain_http_is_warned_about_beyond_this_machine() {
    let warnings = |hostname: &str| {
        connected(
            "splunk",
            json!({ "hostname": hostname }),
            json!({ "token": TOKEN }),
        )
        .warnings
    };
    assert!(
        warnings("http://splunk.example.com:8088")[0]
            .message
            .contains("not encrypted")
    );
    assert!(
        warnings("https://s.example/services/collector?token=x")[0]
            .message
            .contains("question mark")
    );
    assert!(warnings("http://127.0.0.1:8088").is_empty());
}
