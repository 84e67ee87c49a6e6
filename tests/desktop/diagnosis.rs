//! A Verify that fails names the true cause, in the provider's own terms.

use penstock_receiver::protocol::splunk;
use penstock_receiver::{Options, Receiver};

use crate::events::Intake;
use crate::surroundings::{Surroundings, free_port};

const UNKNOWN: &str = "00000000-0000-0000-0000-00000000aaaa";
const NOWHERE: &str = "https://splunk.invalid:8088";
const DISABLED: &str = "7a9d2c1e-4b6f-4f0a-9c3d-1e5b8a2f6dff";

/// One way to get it wrong: the provider's card, what is typed instead of the right value, and
/// what the window says.
struct Mistake {
    provider: &'static str,
    name: &'static str,
    field: &'static str,
    typed: String,
    said: &'static str,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_verify_names_the_true_cause() {
    let receiver = receiver().await;
    let forms = receiver.view().protocols;
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    Intake::connect(&window).await;
    window.go_to("Streams").await;
    window.click("Create your first stream").await;

    for (at, mistake) in mistakes(&receiver).into_iter().enumerate() {
        let Mistake {
            provider,
            name,
            field,
            typed,
            said,
        } = mistake;
        window.click(name).await;
        window.click("Continue").await;
        window.see("Input credentials").await;
        let form = forms.iter().find(|form| form.provider == provider);
        for (right, value) in &form.expect("its protocol").values {
            let value = if right == field { &typed } else { value };
            window.fill_setting(right, value).await;
        }
        window.click("Continue to verify").await;
        window.see(said).await;
        window.picture(&format!("refused-{at:02}-{provider}")).await;
        window.click("Back to credentials").await;
        window.click("Change provider").await;
    }
    window.kill().await;
}

/// Knows one token more, which is switched off.
async fn receiver() -> Receiver {
    let mut splunk = splunk::Settings::default();
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

fn mistakes(receiver: &Receiver) -> Vec<Mistake> {
    let mistake = |provider, name, field, typed: &str, said| Mistake {
        provider,
        name,
        field,
        typed: typed.to_owned(),
        said,
    };
    let base = receiver.base_url();
    let closed = format!("http://127.0.0.1:{}", free_port());
    let path = format!("{base}/splunk");
    let tls = base.replace("http://", "https://");
    vec![
        mistake(
            "splunk",
            "Splunk",
            "token",
            UNKNOWN,
            "Splunk does not know this token.",
        ),
        mistake(
            "splunk",
            "Splunk",
            "token",
            DISABLED,
            "knows this token, but it is switched off.",
        ),
        mistake(
            "splunk",
            "Splunk",
            "hostname",
            &closed,
            "refused the connection.",
        ),
        mistake(
            "splunk",
            "Splunk",
            "hostname",
            &tls,
            "does not speak TLS (https).",
        ),
        mistake(
            "splunk",
            "Splunk",
            "hostname",
            NOWHERE,
            "The host splunk.invalid was not found.",
        ),
        mistake(
            "datadog",
            "Datadog",
            "api_key",
            &"f".repeat(32),
            "does not know this API key.",
        ),
        mistake(
            "better_stack",
            "Better Stack",
            "source_token",
            "wrongTokenWrongToken",
            "does not know this source token.",
        ),
        mistake(
            "azure",
            "Azure Monitor",
            "client_secret",
            &"wrong~".repeat(7),
            "Entra ID knows the app, but not this client secret.",
        ),
        mistake(
            "cribl",
            "Cribl",
            "token",
            "wrong-token",
            "The source did not accept the token",
        ),
        mistake(
            "custom",
            "Custom",
            "url",
            &path,
            "There is nothing at this path",
        ),
    ]
}
