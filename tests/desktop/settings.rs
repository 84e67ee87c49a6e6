//! Settings take effect at once and stay.

use crate::surroundings::Surroundings;

#[tokio::test(flavor = "multi_thread")]
async fn the_dark_theme_is_applied_and_still_there_the_next_time() {
    let surroundings = Surroundings::new().await;
    let window = surroundings.open_app().await;
    window.go_to("Settings").await;
    window.click("Dark").await;
    window.see_dark().await;
    surroundings.end_app(window).await;

    let window = surroundings.open_app().await;
    window.see_dark().await;
    window.picture("first-run-dark").await;
    window.go_to("Settings").await;
    window.picture("settings-dark").await;
    window.kill().await;
}
