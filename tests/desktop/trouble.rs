//! What goes wrong is said in the window, with what to do.

use std::fs;

use crate::surroundings::Surroundings;

#[tokio::test(flavor = "multi_thread")]
async fn a_window_without_a_store_says_why_and_goes_on_once_it_is_mended() {
    let surroundings = Surroundings::new().await;
    fs::create_dir_all(&surroundings.data_dir).expect("a data folder");
    let database = surroundings.data_dir.join("penstock.db");
    fs::write(&database, "A letter to my aunt, not a database.".repeat(99)).expect("a file");

    let window = surroundings.open_app().await;
    window.see("is not a Penstock database").await;
    window.picture("no-store").await;
    fs::remove_file(&database).expect("it can be moved away");
    window.click("Retry").await;
    window
        .see("Send your audit logs where you watch them")
        .await;
    window.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_nothing_that_needs_a_secret_is_made() {
    let surroundings = Surroundings::without_keyring().await;
    let window = surroundings.open_app().await;
    window.see("Keychain needs you").await;
    window.see("The keychain has no default keyring yet.").await;
    window.picture("no-keyring").await;

    window.go_to("Sources").await;
    window.click("Connect source").await;
    window.click("HTTP intake").await;
    window.click("Connect source").await;
    window
        .see_in_dialog("The keychain has no default keyring yet.")
        .await;
    window.click("Cancel").await;
    window.see("No source yet").await;
    window.kill().await;
}
