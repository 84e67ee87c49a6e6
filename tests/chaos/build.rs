//! Builds the shim that stands between the agent and the system.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=shim.c");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    let folder = std::env::var("OUT_DIR").expect("Cargo sets it");
    let library = Path::new(&folder).join("shim.so");
    let mut compile = cc::Build::new().get_compiler().to_command();
    compile
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"])
        .args(["shim.c", "-o"])
        .arg(&library)
        .args(["-ldl", "-lpthread"]);
    let built = compile.status().expect("a C compiler is installed");
    assert!(built.success(), "shim.c does not compile");
    println!("cargo:rustc-env=PENSTOCK_SHIM={}", library.display());
}
