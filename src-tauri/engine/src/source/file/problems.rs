//! What can be wrong with a file, in words.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::problem::Problem;

const AGAIN: &str = "Nothing else is needed: Penstock looks again by itself.";

pub fn missing(path: &Path) -> Problem {
    let shown = path.display();
    if let (true, Ok(target)) = (path.is_symlink(), path.read_link()) {
        return Problem::new(
            "file-missing",
            format!(
                "{shown} is a symbolic link to {}, which does not exist yet.",
                target.display()
            ),
        )
        .next("Point the link at the file that grows.")
        .next(AGAIN)
        .short("No file yet")
        .field("path");
    }
    let folder = path.parent().filter(|folder| !folder.is_dir());
    let problem = Problem::new("file-missing", format!("There is no file {shown} yet."));
    match folder {
        Some(folder) => problem
            .cause(format!("Its folder {} does not exist either: the path is mistyped, or the disk is not mounted.", folder.display()))
            .next("Check the path, or mount the disk."),
        None => problem
            .cause("The program that writes it has not begun, or the path is mistyped.")
            .next(format!("See what is in the folder: ls -l {}", path.parent().unwrap_or(path).display())),
    }
    .next(AGAIN)
    .short("No file yet")
    .field("path")
}

/// Why a file cannot be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let shown = path.display();
    match error.kind() {
        ErrorKind::NotFound => missing(path),
        ErrorKind::PermissionDenied => Problem::new(
            "file-forbidden",
            format!("Penstock is not allowed to read {shown}."),
        )
        .cause("The file, or a folder above it, belongs to another user.")
        .next(format!(
            "Let the user that Penstock runs as read it, for example: setfacl -m u:$(id -un):r {shown}"
        ))
        .next(AGAIN)
        .short("Not allowed to read"),
        ErrorKind::IsADirectory => {
            Problem::new("file-is-a-folder", format!("{shown} is a folder."))
                .next("Enter the path of one file in it. Rotated files beside it are found by themselves.")
                .short("A folder, no file")
        }
        ErrorKind::Unsupported => Problem::new(
            "file-is-special",
            format!("{shown} is not a regular file."),
        )
        .cause("It is a pipe, a socket or a device.")
        .next("Enter the path of a regular file. Programs that write to a pipe can post to an HTTP intake instead.")
        .short("Not a regular file"),
        _ if path.is_symlink() && path.canonicalize().is_err() => Problem::new(
            "file-link-loop",
            format!("{shown} is a symbolic link that leads back to itself."),
        )
        .next("Point the link at the file that grows.")
        .short("Link leads nowhere"),
        _ => Problem::new("file-unreadable", format!("{shown} cannot be read."))
            .cause("The disk it is on is failing, or went away.")
            .next("Check the disk, and mount it again.")
            .next(AGAIN)
            .short("File cannot be read"),
    }
    .detail(error.to_string())
    .field("path")
}

pub fn gzip_broken(path: &Path, error: &io::Error) -> Problem {
    Problem::new(
        "file-gzip-broken",
        format!(
            "{} is not whole: its gzip data breaks off or is damaged.",
            path.display()
        ),
    )
    .cause("It is still being written, or the disk was full when it was compressed.")
    .next("What could be unpacked is in the journal. Put a whole file in its place, or delete it.")
    .next(AGAIN)
    .detail(error.to_string())
    .short("Broken gzip file")
}

pub fn binary(path: &Path) -> Problem {
    Problem::new(
        "file-binary",
        format!("{} does not hold text.", path.display()),
    )
    .cause("It begins with bytes that no text has: a database, an archive, or another program's own format.")
    .next("Enter the path of a file with one JSON object a line.")
    .short("Not a text file")
    .field("path")
}

pub fn utf16(path: &Path) -> Problem {
    Problem::new(
        "file-utf16",
        format!(
            "{} is UTF-16 text, and JSON lines are UTF-8.",
            path.display()
        ),
    )
    .cause("PowerShell's > writes UTF-16.")
    .next("Write it as UTF-8, in PowerShell with: | Out-File -Encoding utf8")
    .short("UTF-16 text")
    .field("path")
}

pub fn folder_hidden(path: &Path, error: &io::Error) -> Problem {
    let folder = path.parent().unwrap_or(path).display().to_string();
    Problem::new(
        "file-folder-hidden",
        format!("Penstock cannot list the folder {folder}."),
    )
    .cause("The file itself is read, but rotated files beside it cannot be found.")
    .next(format!(
        "Let the user that Penstock runs as list it, for example: setfacl -m u:$(id -un):rx {folder}"
    ))
    .detail(error.to_string())
    .short("Rotated files are hidden")
}

/// Why a line is no event.
pub fn bad_line(reason: &str) -> Problem {
    Problem::new("line-not-json", format!("The line is no event: {reason}."))
        .next("Write one JSON object a line.")
        .short("No JSON object")
}

pub fn line_too_long() -> Problem {
    Problem::new("line-too-long", "The line is longer than 16 MiB.")
        .cause("No provider takes an event of that size.")
        .next("Write smaller events, one a line.")
        .short("Line too long")
}

pub fn bad_lines(count: u64) -> Problem {
    Problem::new(
        "lines-not-json",
        format!("{count} lines in a row are no events."),
    )
    .cause("The first of them are kept one by one; these are kept together, their beginning only.")
    .next("Write one JSON object a line.")
    .short("No JSON objects")
}
