//! TLS with real certificates: who is trusted, and the words for every way of not being trusted.

use penstock_engine::http::Client;
use penstock_engine::provider::Verdict;
use penstock_engine::secret::{Secret, Secrets};
use penstock_engine::view::StageKind;

use crate::certificates::{self, Authority};
use crate::http::{assert_held, client, failure, in_a_process, options, post, trusting};
use crate::loopback::{Conduct, Server};

#[tokio::test]
async fn a_servers_own_authority_is_trusted_where_it_was_given() {
    let authority = Authority::new();
    let server = Server::tls(
        Conduct::status("200 OK", "{}"),
        authority.server("localhost").config(),
    )
    .await;
    let sent = trusting(&authority)
        .send(&post(&server.url("https"), "{}"))
        .await
        .expect("an answer");
    assert_eq!(sent.response.status, 200);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_unknown_issuer_is_shown_and_can_be_trusted() {
    let authority = Authority::new();
    let server = Server::tls(
        Conduct::status("200 OK", "{}"),
        authority.server("localhost").config(),
    )
    .await;
    let failed = failure(&client(&[]), &server.url("https")).await;
    assert_held(&failed, "tls-unknown-issuer", StageKind::Connect);
    assert_eq!(
        server.requests().len(),
        0,
        "nothing was sent to a server that is not trusted"
    );
    let certificate = failed.certificate.expect("the certificate");
    assert!(
        certificate.issuer.contains("Example Test Authority"),
        "{certificate:?}"
    );
    assert_eq!(certificate.names, ["localhost"]);
    assert_eq!(certificate.sha256.len(), 95);
    assert!(
        failed
            .problem
            .detail
            .is_some_and(|detail| detail.contains(&certificate.sha256))
    );
    let issuer = certificate.issuer_pem.expect("the server sends its issuer");
    assert_eq!(
        issuer.replace("\r\n", "\n").trim(),
        authority.pem().replace("\r\n", "\n").trim()
    );
    let client = client(&[("ca_certificate", &issuer)]);
    client
        .send(&post(&server.url("https"), "{}"))
        .await
        .expect("an answer");
}

#[tokio::test]
async fn an_issuer_that_the_server_does_not_send_is_not_offered() {
    let authority = Authority::new();
    let lone = authority.server("localhost").alone();
    let server = Server::tls(Conduct::status("200 OK", ""), lone.config()).await;
    let failed = failure(&client(&[]), &server.url("https")).await;
    assert_held(&failed, "tls-unknown-issuer", StageKind::Connect);
    assert_eq!(
        failed.certificate.expect("the certificate").issuer_pem,
        None
    );
}

#[tokio::test]
async fn a_self_signed_certificate_is_trusted_only_by_choice_and_only_for_its_name() {
    let own = certificates::self_signed("localhost");
    let server = Server::tls(Conduct::status("200 OK", ""), own.config()).await;
    let failed = failure(&client(&[]), &server.url("https")).await;
    assert_held(&failed, "tls-self-signed", StageKind::Connect);
    let offered = failed
        .certificate
        .and_then(|it| it.issuer_pem)
        .expect("itself");
    let client = client(&[("ca_certificate", &offered)]);
    client
        .send(&post(&server.url("https"), "{}"))
        .await
        .expect("an answer");
    let by_address = format!("https://{}/", server.address);
    assert_held(
        &failure(&client, &by_address).await,
        "tls-wrong-name",
        StageKind::Connect,
    );
    let other = certificates::self_signed("localhost");
    let impostor = Server::tls(Conduct::status("200 OK", ""), other.config()).await;
    let failed = failure(&client, &impostor.url("https")).await;
    assert!(
        matches!(failed.verdict, Verdict::Hold { .. }),
        "another key of the same name: {failed:?}"
    );
    assert_eq!(impostor.requests().len(), 0);
}

#[tokio::test]
async fn certificates_of_another_name_or_time_are_told_apart() {
    let authority = Authority::new();
    let client = trusting(&authority);
    let cases = [
        (
            authority.server("splunk.example.com"),
            "tls-wrong-name",
            "splunk.example.com",
        ),
        (authority.expired("localhost"), "tls-expired", "2021-03-01"),
        (
            authority.of_the_future("localhost"),
            "tls-not-yet-valid",
            "2400-01-01",
        ),
    ];
    for (certified, code, telling) in cases {
        let server = Server::tls(Conduct::status("200 OK", ""), certified.config()).await;
        let failed = failure(&client, &server.url("https")).await;
        assert_held(&failed, code, StageKind::Connect);
        assert!(failed.problem.summary.contains(telling), "{failed:?}");
        assert!(failed.certificate.is_some(), "the certificate is shown");
        assert_eq!(server.requests().len(), 0);
    }
}

#[tokio::test]
async fn an_unknown_issuer_with_another_name_says_both() {
    let authority = Authority::new();
    let server = Server::tls(
        Conduct::status("200 OK", ""),
        authority.server("other.example").config(),
    )
    .await;
    let failed = failure(&client(&[]), &server.url("https")).await;
    assert_held(&failed, "tls-unknown-issuer", StageKind::Connect);
    assert!(
        failed
            .problem
            .cause
            .is_some_and(|cause| cause.contains("other.example"))
    );
    let offered = failed.certificate.and_then(|it| it.issuer_pem);
    assert_eq!(offered, None, "trusting the issuer would not be enough");
}

#[tokio::test]
async fn a_client_certificate_is_asked_for_shown_and_judged() {
    let authority = Authority::new();
    let config = authority
        .server("localhost")
        .config_for_clients_of(&authority);
    let server = Server::tls(Conduct::status("200 OK", ""), config).await;
    let failed = failure(&trusting(&authority), &server.url("https")).await;
    assert_held(
        &failed,
        "tls-client-certificate-required",
        StageKind::Connect,
    );

    let with = |certified: &certificates::Certified| {
        let details = options(&[
            ("ca_certificate", &authority.pem()),
            ("client_certificate", &certified.pem()),
        ]);
        let secrets = Secrets::from([(
            String::from("client_key"),
            Secret::from(certified.key_pem()),
        )]);
        Client::new(&details, &secrets).expect("usable options")
    };
    let stranger = Authority::new().client();
    let failed = failure(&with(&stranger), &server.url("https")).await;
    assert_held(
        &failed,
        "tls-client-certificate-refused",
        StageKind::Connect,
    );
    assert_eq!(server.requests().len(), 0);
    with(&authority.client())
        .send(&post(&server.url("https"), "{}"))
        .await
        .expect("an answer");
}

#[tokio::test]
async fn http_and_https_on_the_wrong_port_are_recognised() {
    let server = Server::blurting(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let failed = failure(&client(&[]), &server.url("https")).await;
    assert_held(&failed, "tls-not-spoken", StageKind::Connect);

    let authority = Authority::new();
    let server = Server::tls(
        Conduct::status("200 OK", ""),
        authority.server("localhost").config(),
    )
    .await;
    for client in [client(&[]), trusting(&authority)] {
        let failed = failure(&client, &server.url("http")).await;
        assert_held(&failed, "tls-expected", StageKind::Connect);
    }
    let nginx = "<center>The plain HTTP request was sent to HTTPS port</center>";
    let server = Server::plain(Conduct::status("400 Bad Request", nginx)).await;
    let failed = failure(&client(&[]), &server.url("http")).await;
    assert_held(&failed, "tls-expected", StageKind::Connect);
}

#[tokio::test]
async fn an_authority_in_the_operating_systems_store_is_trusted_once_it_is_there() {
    let folder = std::env::temp_dir().join(format!("penstock-{}", uuid::Uuid::new_v4()));
    let store = folder.join("authorities.pem");
    let variables = [
        ("SSL_CERT_FILE", store.to_str().expect("text")),
        ("SSL_CERT_DIR", ""),
    ];
    let name = "tls::an_authority_in_the_operating_systems_store_is_trusted_once_it_is_there";
    if !in_a_process(name, &variables) {
        return;
    }
    let store = std::path::PathBuf::from(std::env::var_os("SSL_CERT_FILE").expect("set"));
    std::fs::create_dir_all(store.parent().expect("a folder")).expect("a folder");
    let authority = Authority::new();
    // An authority of the same name with another key, as after making it anew.
    std::fs::write(&store, Authority::new().pem()).expect("written");
    let server = Server::tls(
        Conduct::status("200 OK", ""),
        authority.server("localhost").config(),
    )
    .await;
    let client = client(&[]);
    let failed = failure(&client, &server.url("https")).await;
    assert_held(&failed, "tls-unknown-issuer", StageKind::Connect);
    std::fs::write(&store, authority.pem()).expect("written");
    // The store is looked at once a second at most, however many servers are not trusted.
    let request = post(&server.url("https"), "{}");
    while let Err(failed) = client.send(&request).await {
        assert_held(&failed, "tls-unknown-issuer", StageKind::Connect);
    }
    assert_eq!(server.requests().len(), 1);
    std::fs::remove_dir_all(store.parent().expect("a folder")).expect("removed");
}
