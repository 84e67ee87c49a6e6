//! Wrong usage ends with exit code 2, and a secret in an argument is wrong usage.

use crate::program::Home;

#[test]
fn wrong_usage_is_told_apart_from_failure() {
    let home = Home::new();
    for args in [
        &["fly"][..],
        &["stream"],
        &["stream", "create", "--provider", "custom"],
        &[
            "stream",
            "create",
            "--provider",
            "custom",
            "--name",
            "N",
            "--set",
            "url",
        ],
        &["stream", "replay", "N", "--from", "yesterday"],
        &["stream", "set-aside", "N", "--replay", "--discard"],
        &["receiver", "--fault", "sulk"],
        &["receiver", "--tls-cert", "cert.pem"],
    ] {
        let ended = home.run(args);
        assert_eq!(ended.code, 2, "{args:?}: {}", ended.err);
        assert!(!ended.err.is_empty(), "{args:?}");
    }
    assert_eq!(home.run(&["--help"]).code, 0);
    assert_eq!(
        home.run(&["--version"]).out.trim(),
        format!("penstock {}", env!("CARGO_PKG_VERSION"))
    );
}
