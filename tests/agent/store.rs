//! A data folder that cannot be used.

use crate::program::Home;

#[test]
fn a_file_that_is_no_database_is_said_and_left_alone() {
    let home = Home::new();
    let file = home.folder().join("penstock.db");
    let content = "These are notes, and no database. ".repeat(100);
    std::fs::write(&file, &content).expect("written");
    let ended = home.run(&["status"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.err.contains("penstock.db") && ended.err.contains("To do:"),
        "{}",
        ended.err
    );
    assert_eq!(std::fs::read_to_string(&file).expect("there"), content);
}

#[test]
fn a_folder_that_cannot_be_made_is_said() {
    let home = Home::new();
    let file = home.folder().join("file");
    std::fs::write(&file, "").expect("written");
    let home = home.with(
        "PENSTOCK_DATA_DIR",
        file.join("data").to_str().expect("text"),
    );
    let problem = home.problem(&["status"]);
    assert!(
        problem["next_steps"]
            .to_string()
            .contains("PENSTOCK_DATA_DIR"),
        "{problem}"
    );
}
