//! `penstock provider`.

use crate::program::Home;

#[test]
fn every_provider_is_listed_with_all_its_fields() {
    let home = Home::new();
    let all = home.json(&["provider", "list"]);
    let ids: Vec<&str> = all
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["id"].as_str())
        .collect();
    for id in ["splunk", "custom", "practice"] {
        assert!(ids.contains(&id), "{id} in {ids:?}");
        let shown = home.json(&["provider", "show", id]);
        assert_eq!(
            all[ids.iter().position(|it| *it == id).expect("found")],
            shown
        );
    }
    let text = home.run(&["provider", "list"]).out;
    assert!(
        text.lines().next().expect("a head").starts_with("ID "),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1 + ids.len(), "{text}");
}

#[test]
fn a_field_says_whether_it_is_secret_and_required_and_what_it_looks_like() {
    let home = Home::new();
    let splunk = home.json(&["provider", "show", "splunk"]);
    let token = splunk["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .find(|field| field["name"] == "token");
    let token = token.expect("a token");
    assert_eq!(
        (&token["secret"], &token["required"]),
        (&true.into(), &true.into())
    );
    for key in ["label", "help", "example"] {
        assert!(
            token[key].as_str().is_some_and(|text| !text.is_empty()),
            "{key} of {token}"
        );
    }
    let text = home.run(&["provider", "show", "splunk", "--guide"]).out;
    assert!(text.contains("required, secret)"), "{text}");
    assert!(text.contains("Setup guide"), "{text}");
}

#[test]
fn an_unknown_provider_is_a_problem_that_says_where_to_look() {
    let home = Home::new();
    let ended = home.run(&["provider", "show", "spulnk"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.err.contains("penstock provider list"),
        "{}",
        ended.err
    );
    assert_eq!(
        home.problem(&["provider", "show", "spulnk"])["code"],
        "provider-unknown"
    );
    assert_eq!(
        std::fs::read_dir(home.folder())
            .expect("the folder")
            .count(),
        0,
        "nothing is written"
    );
}
