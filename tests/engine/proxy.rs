//! The way through a proxy: what reaches it, and the words where it does not let us through.

use penstock_engine::http::Client;
use penstock_engine::provider::Verdict;
use penstock_engine::secret::{Secret, Secrets};
use penstock_engine::view::StageKind;

use crate::certificates::Authority;
use crate::http::{client, options, post};
use crate::loopback::{Conduct, NobodyHome, Server, Tunnel};

const PASSWORD: &str = "open sesame";

fn with_password(proxy: &str, authority: &str) -> Client {
    let values = [
        ("proxy", proxy),
        ("proxy_user", "aladdin"),
        ("ca_certificate", authority),
    ];
    let secrets = Secrets::from([(String::from("proxy_password"), Secret::from(PASSWORD))]);
    Client::new(&options(&values), &secrets).expect("usable options")
}

#[tokio::test]
async fn https_goes_through_a_tunnel_with_the_proxys_password() {
    let authority = Authority::new();
    let server = Server::tls(
        Conduct::status("200 OK", ""),
        authority.server("localhost").config(),
    )
    .await;
    let proxy = Tunnel::to(server.address, "Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ==").await;
    let client = with_password(&proxy.url(), &authority.pem());
    client
        .send(&post(&server.url("https"), "{}"))
        .await
        .expect("an answer");
    let head = proxy.heads().remove(0);
    assert!(
        head.starts_with(&format!("CONNECT localhost:{} ", server.address.port())),
        "{head}"
    );
    let received = server.requests().remove(0);
    assert_eq!(
        received.header("proxy-authorization"),
        None,
        "the server never sees it"
    );
}

#[tokio::test]
async fn a_proxy_that_asks_for_a_password_is_told_from_the_provider() {
    let authority = Authority::new();
    let server = Server::tls(
        Conduct::status("200 OK", ""),
        authority.server("localhost").config(),
    )
    .await;
    let proxy = Tunnel::to(server.address, "Basic of somebody else").await;
    let failed = client(&[("proxy", &proxy.url())])
        .send(&post(&server.url("https"), "{}"))
        .await
        .expect_err("no answer");
    assert_eq!(
        (failed.problem.code.as_str(), failed.stage),
        ("proxy-password", StageKind::Connect)
    );
    assert!(matches!(failed.verdict, Verdict::Hold { .. }));
    let wrong = with_password(&proxy.url(), &authority.pem());
    let failed = wrong
        .send(&post(&server.url("https"), "{}"))
        .await
        .expect_err("no answer");
    assert_eq!(failed.problem.code, "proxy-password");
    assert!(!format!("{failed:?}").contains(PASSWORD));

    // Plain HTTP gets the proxy's answer in place of the server's.
    let answer = Conduct::status("407 Proxy Authentication Required", "");
    let proxy = Server::plain(answer).await;
    let failed = client(&[("proxy", &format!("http://{}", proxy.address))])
        .send(&post("http://splunk.example.com:8088/x", "{}"))
        .await
        .expect_err("no answer");
    assert_eq!(
        (failed.problem.code.as_str(), failed.stage),
        ("proxy-password", StageKind::Connect)
    );
}

#[tokio::test]
async fn plain_http_is_handed_to_the_proxy_whole() {
    let proxy = Server::plain(Conduct::status("200 OK", "")).await;
    let client = with_password(&format!("http://{}", proxy.address), "");
    client
        .send(&post("http://splunk.example.com:8088/x", "{}"))
        .await
        .expect("an answer");
    let received = proxy.requests().remove(0);
    assert!(
        received
            .head
            .starts_with("POST http://splunk.example.com:8088/x "),
        "{}",
        received.head
    );
    assert_eq!(
        received.header("proxy-authorization"),
        Some("Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named_instead_of_the_provider() {
    let nobody = NobodyHome::new();
    let address = nobody.address;
    for scheme in ["http", "socks5", "socks5h"] {
        let client = client(&[("proxy", &format!("{scheme}://{address}"))]);
        let failed = client
            .send(&post("https://127.0.0.1:1/x", "{}"))
            .await
            .expect_err("no answer");
        assert_eq!(
            failed.problem.code, "proxy-unreachable",
            "{scheme}: {failed:?}"
        );
        assert_eq!(failed.stage, StageKind::Connect);
        assert!(
            failed.problem.summary.contains(&address.to_string()),
            "{failed:?}"
        );
        assert!(matches!(failed.verdict, Verdict::Retry { .. }));
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_allow_the_host_says_so() {
    let proxy = Server::plain(Conduct::status("403 Forbidden", "")).await;
    let client = client(&[("proxy", &format!("http://{}", proxy.address))]);
    let failed = client
        .send(&post("https://splunk.example.com/x", "{}"))
        .await
        .expect_err("no answer");
    assert_eq!(
        (failed.problem.code.as_str(), failed.stage),
        ("proxy-refused", StageKind::Connect)
    );
    assert!(
        failed.problem.summary.contains("splunk.example.com:443"),
        "{failed:?}"
    );
}

#[tokio::test]
async fn a_socks_proxy_carries_requests_and_may_want_a_password() {
    let server = Server::plain(Conduct::status("200 OK", "")).await;
    let proxy = Tunnel::socks(server.address, false).await;
    for scheme in ["socks5", "socks5h"] {
        let client = client(&[("proxy", &format!("{scheme}://{}", proxy.address))]);
        client
            .send(&post(&server.url("http"), "{}"))
            .await
            .expect("an answer");
    }
    let proxy = Tunnel::socks(server.address, true).await;
    let open = client(&[("proxy", &format!("socks5h://{}", proxy.address))]);
    let failed = open
        .send(&post(&server.url("http"), "{}"))
        .await
        .expect_err("no answer");
    assert_eq!(failed.problem.code, "proxy-password", "{failed:?}");
    let client = with_password(&format!("socks5h://{}", proxy.address), "");
    client
        .send(&post(&server.url("http"), "{}"))
        .await
        .expect("an answer");
    assert_eq!(server.requests().len(), 3);
}
