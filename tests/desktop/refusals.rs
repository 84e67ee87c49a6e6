//! A Verify that fails names its true cause, and the stage at which the way ended.

use penstock_receiver::protocol::{azure, splunk};
use penstock_receiver::view::Fault;
use penstock_receiver::{Options, Receiver, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::providers::fill_in;
use crate::surroundings::{Surroundings, free_port};
use crate::window::Window;

const DISABLED: &str = "00000000-dead-4bad-9d0d-c0ffee0ddba1";
const HEADLINE: &str = "//*[contains(@class, 'result') and contains(@class, 'failing')]";
const DIAGNOSIS: &str = "//section[starts-with(@class, 'diag')]";
const FAILED_STAGE: &str =
    "//ol[@aria-label='Delivery stages']//*[contains(@class, 't-failing')][contains(@class, 'nm')]";

/// One way to fail.
struct Case<'a> {
    /// Of its picture.
    name: &'a str,
    /// Provider id, and the name it is chosen by.
    provider: (&'a str, &'a str),
    at: &'a Receiver,
    /// What the receiver does wrong.
    fault: Fault,
    /// What differs from the values that work.
    wrong: Vec<(&'a str, String)>,
    /// What is set under Connection.
    connection: Vec<(&'a str, String)>,
    /// The stage that failed.
    stage: &'a str,
    /// What the page must say.
    says: &'a [&'a str],
}

impl<'a> Case<'a> {
    fn new(name: &'a str, provider: (&'a str, &'a str), at: &'a Receiver) -> Self {
        Self {
            name,
            provider,
            at,
            fault: Fault::None,
            wrong: Vec::new(),
            connection: Vec::new(),
            stage: "Send entry",
            says: &[],
        }
    }

    fn wrong(mut self, field: &'a str, value: impl Into<String>) -> Self {
        self.wrong.push((field, value.into()));
        self
    }

    fn connection(mut self, field: &'a str, value: impl Into<String>) -> Self {
        self.connection.push((field, value.into()));
        self
    }

    fn fault(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }

    fn fails_at(self, stage: &'a str) -> Self {
        Self { stage, ..self }
    }

    fn says(self, says: &'a [&'a str]) -> Self {
        Self { says, ..self }
    }

    /// What is typed into the form.
    fn values(&self) -> Vec<(String, String)> {
        let forms = self.at.view().protocols;
        // A preset speaks plain HTTP, as the custom provider does.
        let of = |id: &str| forms.iter().find(|form| form.provider == id);
        let form = of(self.provider.0).or_else(|| of("custom"));
        let mut values = form.expect("its protocol").values.clone();
        for (field, value) in &self.wrong {
            values.retain(|(name, _)| name != field);
            values.push(((*field).to_owned(), value.clone()));
        }
        values
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_verify_names_the_cause_and_the_stage_it_failed_at() {
    let receiver = receiver().await;
    let without_role = receiver_without_role().await;
    let untrusted = untrusted_receiver().await;
    let proxy = proxy_that_asks_for_a_password().await;
    let nobody = format!("http://127.0.0.1:{}/events", free_port());

    let splunk = ("splunk", "Splunk");
    let azure = ("azure", "Azure Monitor");
    let custom = ("custom", "Custom");
    // The form keeps what was typed, so of one provider a case that sets more comes last.
    let cases = [
        Case::new("splunk-token-unknown", splunk, &receiver)
            .wrong("token", "11111111-2222-4333-8444-555555555555")
            .says(&["403", "Splunk does not know this token."]),
        Case::new("splunk-token-disabled", splunk, &receiver)
            .wrong("token", DISABLED)
            .says(&["this token, but it is switched off", "Enable"]),
        Case::new("splunk-index-not-allowed", splunk, &receiver)
            .wrong("index", "secrets")
            .says(&["write to the index secrets", "allowed indexes"]),
        Case::new("datadog-key-unknown", ("datadog", "Datadog"), &receiver)
            .wrong("api_key", "f".repeat(32))
            .says(&["does not know this API key", "another Datadog site"]),
        Case::new("azure-secret-wrong", azure, &receiver)
            .wrong("client_secret", "wrg8Q~mistyped.secret_0123456789abcdefgh")
            .fails_at("Sign in")
            .says(&["not this client secret", "Secret ID", "AADSTS7000215"]),
        Case::new("azure-tenant-unknown", azure, &receiver)
            .wrong("tenant_id", "99999999-aaaa-4bbb-8ccc-222222222222")
            .fails_at("Sign in")
            .says(&["There is no tenant 99999999-aaaa", "tenant ID is mistyped"]),
        Case::new("azure-role-missing", azure, &without_role).says(&[
            "403",
            "Monitoring Metrics Publisher",
            "30 minutes",
        ]),
        Case::new(
            "better-stack-token-unknown",
            ("better_stack", "Better Stack"),
            &receiver,
        )
        .wrong("source_token", "someOtherSourceToken4567")
        .says(&["does not know this source token"]),
        Case::new("too-large", ("sumo_logic", "Sumo Logic"), &receiver)
            .fault(Fault::Limit { bytes: 100 })
            .says(&["413", "too large"]),
        Case::new("nobody-listens", custom, &receiver)
            .wrong("url", &*nobody)
            .fails_at("Connect")
            .says(&["refused the connection", "nothing listens on port"]),
        // Where no name server answers, that is the cause.
        Case::new("host-not-found", custom, &receiver)
            .wrong("url", "https://host.invalid/events")
            .fails_at("Find host")
            .says(&["could not reach host.invalid", "computer is offline"]),
        Case::new("not-http", custom, &receiver)
            .fault(Fault::Garbage)
            .says(&["is not HTTP", "Another kind of service"]),
        Case::new("no-answer", custom, &receiver)
            .fault(Fault::Hang)
            .connection("timeout_seconds", "1")
            .says(&["did not answer within 1 s", "overloaded or slow"]),
        Case::new("proxy-password", ("cribl", "Cribl"), &receiver)
            .wrong("url", "https://cribl.example.com:20000/cribl/_bulk")
            .connection("proxy", proxy)
            .fails_at("Connect")
            .says(&["asks for a user and password", "proxy password"]),
        Case::new("certificate-untrusted", ("webhook", "Webhook"), &untrusted)
            .fails_at("Connect")
            .says(&[
                "does not trust who issued the certificate",
                "private authority",
                "Example Test Authority",
            ]),
    ];

    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    window.click("Create your first stream").await;
    for (n, case) in cases.iter().enumerate() {
        if n > 0 {
            window.click("Back to credentials").await;
            // The form scrolls to what is wrong in it, away from under a click.
            window.settled().await;
            window.click("Change provider").await;
            window.see("Select provider").await;
        }
        refused(&window, case).await;
    }

    window.see("Trust this certificate’s issuer").await;
    window.click("Trust this certificate’s issuer").await;
    window.see("accepted the sample log entry").await;
    assert_eq!(untrusted.progress().events, 1);
    window.kill().await;
}

async fn refused(window: &Window, case: &Case<'_>) {
    case.at.set_fault(case.fault.clone());
    fill_in(window, case.provider.1, &case.values()).await;
    if !case.connection.is_empty() {
        window.click("Connection").await;
        for (field, value) in &case.connection {
            window.fill_setting(field, value).await;
        }
    }
    window.click("Continue to verify").await;

    let headline = window.text(HEADLINE).await;
    let diagnosis = window.text(DIAGNOSIS).await;
    let stage = window.text(FAILED_STAGE).await;
    window.picture(&format!("refused-{}", case.name)).await;
    case.at.set_fault(Fault::None);
    let name = case.name;
    assert_eq!(stage.trim(), case.stage, "{name}: {headline}");
    for telling in case.says {
        assert!(
            headline.contains(telling) || diagnosis.contains(telling),
            "{name} does not say {telling:?}: {headline} {diagnosis}"
        );
    }
}

/// Knows a token that is switched off, and one that may write to the index `audit` alone.
async fn receiver() -> Receiver {
    let mut splunk = splunk::Settings::default();
    splunk.tokens[0].indexes = vec!["audit".to_owned()];
    splunk.tokens.push(splunk::Token {
        value: DISABLED.to_owned(),
        disabled: true,
        ..splunk::Token::default()
    });
    let options = Options {
        splunk,
        ..Options::default()
    };
    Receiver::start(options).await.expect("a receiver")
}

async fn receiver_without_role() -> Receiver {
    let options = Options {
        azure: azure::Settings {
            has_role: false,
            ..azure::Settings::default()
        },
        ..Options::default()
    };
    Receiver::start(options).await.expect("a receiver")
}

/// Shows a certificate of an authority that no operating system knows.
async fn untrusted_receiver() -> Receiver {
    let mut params = CertificateParams::new(Vec::new()).expect("no names are fine");
    params
        .distinguished_name
        .push(DnType::CommonName, "Example Test Authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address");
    params
        .distinguished_name
        .push(DnType::CommonName, "Example Receiver");
    let key = KeyPair::generate().expect("a key");
    let own = params.signed_by(&key, &authority).expect("a certificate");
    let options = Options {
        tls: Some(Tls {
            certificate: format!("{}{}", own.pem(), authority.pem()),
            key: key.serialize_pem(),
            client_authorities: None,
        }),
        ..Options::default()
    };
    Receiver::start(options).await.expect("a receiver")
}

/// Where a proxy listens that lets nobody through without a password.
async fn proxy_that_asks_for_a_password() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (reader, mut writer) = stream.split();
                let mut lines = BufReader::new(reader).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line.is_empty() {
                        let answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\
                                      Proxy-Authenticate: Basic realm=\"proxy\"\r\n\
                                      Content-Length: 0\r\n\r\n";
                        // Whoever asked may be gone.
                        let _ = writer.write_all(answer.as_bytes()).await;
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}
