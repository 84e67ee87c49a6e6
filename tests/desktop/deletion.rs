//! Deleting asks first.

use penstock_receiver::{Options, Receiver};

use crate::events::Intake;
use crate::providers::set_up;
use crate::surroundings::Surroundings;

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_deleted_only_once_its_name_is_typed() {
    let receiver = Receiver::start(Options::default())
        .await
        .expect("a receiver");
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    Intake::connect(&window).await;
    window.go_to("Streams").await;
    window.click("Create your first stream").await;
    let url = format!("{}/practice", receiver.base_url());
    set_up(&window, "Practice receiver", &[("url".to_owned(), url)]).await;
    window.see("accepted the sample log entry").await;
    window.click("Create stream").await;
    window.click("View stream").await;
    window.go_to("Streams").await;

    window.click("More actions for Practice receiver").await;
    window.click("Delete").await;
    window.see("Delete Practice receiver?").await;
    window.picture("delete").await;
    window.click("Keep stream").await;
    window.see("1 stream").await;

    window.click("More actions for Practice receiver").await;
    window.click("Delete").await;
    window
        .fill("Type Practice receiver to confirm", "Practice receiver")
        .await;
    window.click("Delete stream").await;
    window
        .see("Send your audit logs where you watch them")
        .await;
    window.kill().await;
}
