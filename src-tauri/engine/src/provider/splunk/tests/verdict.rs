use super::*;

fn said(code: u64, text: &str) -> String {
    format!("{{\"text\":\"{text}\",\"code\":{code}}}")
}

#[test]
fn every_code_has_its_verdict() {
    let codes = [
        (200, 0, "Success", "accepted", "accepted"),
        (403, 1, "Token disabled", "hold", "hold"),
        (401, 2, "Token is required", "hold", "hold"),
        (401, 3, "Invalid authorization", "hold", "hold"),
        (403, 4, "Invalid token", "hold", "hold"),
        (400, 5, "No data", "hold", "hold"),
        (400, 6, "Invalid data format", "set_aside", "split"),
        (400, 7, "Incorrect index", "hold", "hold"),
        (500, 8, "Internal server error", "retry", "retry"),
        (503, 9, "Server is busy", "retry", "retry"),
        (400, 10, "Data channel is missing", "hold", "hold"),
        (400, 11, "Invalid data channel", "hold", "hold"),
        (400, 12, "Event field is required", "set_aside", "split"),
        (400, 13, "Event field cannot be blank", "set_aside", "split"),
        (400, 14, "ACK is disabled", "hold", "hold"),
        (
            400,
            15,
            "Error in handling indexed fields",
            "set_aside",
            "split",
        ),
        (
            400,
            16,
            "Query string authorization is not enabled",
            "hold",
            "hold",
        ),
        (200, 17, "HEC is healthy", "hold", "hold"),
        (
            503,
            18,
            "HEC is unhealthy, queues are full",
            "retry",
            "retry",
        ),
        (
            503,
            19,
            "HEC is unhealthy, ack service unavailable",
            "retry",
            "retry",
        ),
        (
            503,
            20,
            "HEC is unhealthy, queues are full, ack service unavailable",
            "retry",
            "retry",
        ),
        (400, 21, "Invalid token", "hold", "hold"),
        (400, 22, "Token disabled", "hold", "hold"),
        (503, 23, "Server is shutting down", "retry", "retry"),
        (
            200,
            24,
            "HEC queue is approaching capacity",
            "accepted",
            "accepted",
        ),
        (
            200,
            25,
            "ACK channel is approaching capacity",
            "accepted",
            "accepted",
        ),
        (429, 26, "HEC queue at capacity", "retry", "retry"),
        (429, 27, "ACK channel at capacity", "retry", "retry"),
        (
            400,
            28,
            "Data channel is missing, sticky session load balancers",
            "hold",
            "hold",
        ),
        (200, 29, "A later shade of success", "accepted", "accepted"),
    ];
    let bodies: Vec<String> = codes
        .iter()
        .map(|(_, code, text, ..)| said(*code, text))
        .collect();
    let rows: Vec<_> = codes
        .iter()
        .zip(&bodies)
        .map(|((status, _, _, one, several), body)| (*status, body.as_str(), *one, *several))
        .collect();
    assert_eq!(assert_verdicts(splunk().as_ref(), &rows), 30);
    for code in 0..=28 {
        assert!(
            codes.iter().any(|row| row.1 == code),
            "code {code} is not in the table"
        );
    }
}

#[test]
fn statuses_without_a_code_have_their_verdict_too() {
    let rows = [
        (200, "{\"text\":\"Success\"}", "accepted", "accepted"),
        (
            200,
            "{\"text\":\"Success\",\"code\":0,\"ackId\":7}",
            "accepted",
            "accepted",
        ),
        (200, "", "hold", "hold"),
        (
            200,
            "<html><body>Please sign in</body></html>",
            "hold",
            "hold",
        ),
        (200, "{}", "hold", "hold"),
        (303, "", "hold", "hold"),
        (401, "", "hold", "hold"),
        (403, "<html>Blocked</html>", "hold", "hold"),
        (404, "", "hold", "hold"),
        (
            404,
            "{\"text\":\"The requested URL was not found on this server.\",\"code\":404}",
            "hold",
            "hold",
        ),
        (405, "", "hold", "hold"),
        (413, "", "split", "split"),
        (415, "", "hold", "hold"),
        (500, "", "retry", "retry"),
        (502, "<html>Bad gateway</html>", "retry", "retry"),
        (503, "", "retry", "retry"),
        (504, "", "retry", "retry"),
    ];
    assert_eq!(assert_verdicts(splunk().as_ref(), &rows), 17);
}

#[test]
fn splunk_cloud_may_be_away_for_a_while() {
    let cloud = destination(
        "splunk",
        json!({ "hostname": "http-inputs-acme.splunkcloud.com" }),
        json!({ "token": TOKEN }),
    );
    assert_eq!(
        told(cloud.verdict(&events(&["{}"]), &response(404, ""))).0,
        "retry"
    );
    assert_eq!(
        told(splunk().verdict(&events(&["{}"]), &response(404, ""))).0,
        "hold"
    );
}

/// One letter for each event: stored, again, or set aside (x).
fn fates(code: u64, number: usize, count: usize) -> String {
    let texts = vec!["{}"; count];
    let status = if code == 9 { 503 } else { 400 };
    let answer =
        format!("{{\"text\":\"t\",\"code\":{code},\"invalid-event-number\":{number},\"ackId\":3}}");
    match splunk().verdict(&events(&texts), &response(status, &answer)) {
        Verdict::Partly { fates, .. } => fates
            .iter()
            .map(|fate| match fate {
                Fate::Stored => 's',
                Fate::Again => 'a',
                Fate::SetAside(_) => 'x',
            })
            .collect(),
        verdict => told(verdict).0.into(),
    }
}

#[test]
fn what_was_stored_before_the_invalid_event_is_not_sent_again() {
    for code in [6, 12, 13, 15] {
        assert_eq!(fates(code, 2, 5), "ssxaa", "{code}");
        assert_eq!(fates(code, 4, 5), "ssssx", "{code}");
        assert_eq!(fates(code, 0, 1), "set_aside", "{code}");
        assert_eq!(
            fates(code, 9, 5),
            "split",
            "{code}: a number that cannot be"
        );
    }
    for code in [12, 13, 15] {
        assert_eq!(fates(code, 0, 5), "xaaaa", "{code}");
    }
}

#[test]
fn an_oversize_request_that_blames_its_first_event_is_halved() {
    assert_eq!(fates(6, 0, 5), "split");
}

#[test]
fn a_wrong_index_holds_everything_that_was_not_stored() {
    assert_eq!(fates(7, 1, 5), "hold");
    assert_eq!(fates(7, 0, 5), "hold");
    assert_eq!(fates(7, 3, 5), "ssaaa");
    assert_eq!(fates(7, 5, 5), "ssssa");
    assert_eq!(fates(7, 1, 1), "hold");
}

#[test]
fn a_queue_that_filled_up_midway_keeps_what_came_before() {
    assert_eq!(fates(9, 0, 5), "retry");
    assert_eq!(fates(9, 3, 5), "sssaa");
    assert_eq!(fates(9, 5, 5), "retry");
}

fn problem(status: u16, said: &str) -> Problem {
    told(splunk().verdict(&events(&["{}"]), &response(status, said)))
        .1
        .expect("a problem")
}

#[test]
fn a_problem_names_what_to_mend_and_quotes_the_proof() {
    let disabled = problem(403, &said(1, "Token disabled"));
    assert_eq!(disabled.code, "splunk-token-disabled");
    assert_eq!(disabled.short.as_deref(), Some("403 Token disabled"));
    assert_eq!(disabled.evidence.as_deref(), Some("Token disabled"));
    assert_eq!(
        (disabled.field.as_deref(), disabled.guide_step),
        (Some("token"), Some(1))
    );
    let index = problem(400, &said(7, "Incorrect index"));
    assert!(index.summary.contains("the index audit"), "{index:?}");
    let page = problem(200, "<html>Welcome to the proxy</html>");
    assert!(
        page.summary
            .contains("not in the way the HTTP Event Collector does"),
        "{page:?}"
    );
    assert_eq!(
        page.detail.as_deref(),
        Some("<html>Welcome to the proxy</html>")
    );
    let echo = problem(
        403,
        &format!("{{\"text\":\"Invalid token {TOKEN}\",\"code\":4}}"),
    );
    assert!(!format!("{echo:?}").contains(TOKEN), "{echo:?}");
}
