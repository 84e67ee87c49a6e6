//! The first thing anybody sees.

use crate::surroundings::Surroundings;

#[tokio::test(flavor = "multi_thread")]
async fn the_window_opens_and_asks_for_a_first_stream() {
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    window
        .see("Send your audit logs where you watch them")
        .await;
    for (width, height) in [(1280, 820), (960, 640), (1600, 1000)] {
        window.resize(width, height).await;
        window.picture(&format!("first-run-{width}")).await;
    }
    window.kill().await;
}
