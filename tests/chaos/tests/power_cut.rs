//! The power fails at some moments of a short run; `cargo run --package penstock-chaos --
//! --power-cuts 1000` lets it fail at many more.
#![cfg(target_os = "linux")]

use penstock_chaos::power_cut;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_on_the_disk_whenever_the_power_fails() {
    let (figures, broken) = power_cut::run(1, 40).await;
    println!("{figures}");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(figures.looked_for > 0 && figures.started > 0, "{figures}");
}
