//! A window with one static page, and nothing else.

fn main() {
    tauri::Builder::default()
        .run(tauri::generate_context!())
        .expect("the configuration was checked when the app was built");
}
