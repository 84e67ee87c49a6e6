use serde_json::json;

use crate::provider::Destination;
use crate::provider::testing::{
    assert_verdicts, body, connected, destination, events, headers, refused,
};

const HOST: &str = "s123456.eu-nbg-2.betterstackdata.com";
const TOKEN: &str = "n1a2B3c4D5e6F7g8H9j0K1m2";

fn better_stack() -> Box<dyn Destination> {
    destination(
        "better_stack",
        json!({ "url": HOST }),
        json!({ "source_token": TOKEN }),
    )
}

#[test]
fn logs_are_an_array_with_their_own_time() {
    let request = better_stack().request(
        &events(&[
            "{\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":1e999}",
            "{\"dt\":1}",
        ]),
        None,
    );
    assert_eq!(request.method, "POST");
    assert_eq!(request.url.expose(), format!("https://{HOST}/"));
    assert_eq!(request.shown_url, request.url.expose());
    assert_eq!(
        body(&request),
        "[{\"dt\":\"2026-01-15T08:00:00.020Z\",\"createdAt\":\"2026-01-15T08:00:00.020Z\",\"n\":1e999},{\"dt\":1}]"
    );
    assert!(request.body.gzip);
    assert_eq!(
        headers(&request),
        [
            format!("Authorization: Bearer {TOKEN}"),
            "Content-Type: application/json".into()
        ]
    );
    assert!(!format!("{request:?}").contains(TOKEN));
}

#[test]
fn the_host_is_understood_however_it_was_pasted() {
    for (pasted, url) in [
        (HOST, format!("https://{HOST}/")),
        (
            " https://S123456.eu-nbg-2.betterstackdata.com/ ",
            format!("https://{HOST}/"),
        ),
        (
            "in.logs.betterstack.com",
            "https://in.logs.betterstack.com/".into(),
        ),
        (
            "http://127.0.0.1:18077/better_stack",
            "http://127.0.0.1:18077/better_stack".into(),
        ),
    ] {
        let it = connected(
            "better_stack",
            json!({ "url": pasted }),
            json!({ "source_token": TOKEN }),
        );
        assert_eq!(
            it.destination.request(&events(&["{}"]), None).url.expose(),
            url
        );
        let again = connected(
            "better_stack",
            it.details.into(),
            json!({ "source_token": TOKEN }),
        );
        assert_eq!(
            again
                .destination
                .request(&events(&["{}"]), None)
                .url
                .expose(),
            url
        );
    }
}

#[test]
fn what_is_no_ingesting_host_or_token_is_answered_with_what_to_paste() {
    for (pasted, said) in [
        (
            "https://telemetry.betterstack.com/team/1/sources/2",
            "shows Better Stack's pages",
        ),
        ("logs.betterstack.com", "shows Better Stack's pages"),
        ("ftp://x.betterstackdata.com", "starts with ftp://"),
        ("", "missing. Step 2"),
    ] {
        let errors = refused(
            "better_stack",
            json!({ "url": pasted }),
            json!({ "source_token": TOKEN }),
        );
        assert!(
            errors.len() == 1 && errors[0].starts_with("url: ") && errors[0].contains(said),
            "{errors:?}"
        );
    }
    let errors = refused(
        "better_stack",
        json!({ "url": HOST }),
        json!({ "source_token": "a b" }),
    );
    assert!(
        errors[0].contains("The source token is one piece"),
        "{errors:?}"
    );
    let it = connected(
        "better_stack",
        json!({ "host": HOST }),
        json!({ "token": format!("Bearer {TOKEN}") }),
    );
    assert_eq!(it.secrets["source_token"].expose(), TOKEN);
}

#[test]
fn every_status_has_its_verdict() {
    let rows = [
        (200, "", "accepted", "accepted"),
        (202, "", "accepted", "accepted"),
        (200, "<html>Sign in</html>", "hold", "hold"),
        (302, "", "hold", "hold"),
        (400, "", "set_aside", "split"),
        (401, "", "hold", "hold"),
        (402, "Quota exceeded", "hold", "hold"),
        (403, "Forbidden", "hold", "hold"),
        (403, "<html>Blocked</html>", "hold", "hold"),
        (404, "", "hold", "hold"),
        (405, "", "hold", "hold"),
        (406, "Couldn't parse", "set_aside", "split"),
        (413, "payload reached size limit", "split", "split"),
        (415, "", "hold", "hold"),
        (422, "", "set_aside", "split"),
        (429, "", "retry", "retry"),
        (500, "", "retry", "retry"),
        (502, "", "retry", "retry"),
        (503, "", "retry", "retry"),
        (504, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(better_stack().as_ref(), &rows), 20);
}
