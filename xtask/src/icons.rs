//! Every icon of the app, made from `icons/penstock.svg`.
//!
//! Drawing is left to `rsvg-convert`; the containers (`.ico`, `.icns`) only wrap PNG pictures.

use std::fs;
use std::process::Command;

use crate::{Failure, system};

const DRAWING: &str = "icons/penstock.svg";
const PNG: &[(&str, u32)] = &[
    ("32x32.png", 32),
    ("64x64.png", 64),
    ("128x128.png", 128),
    ("128x128@2x.png", 256),
    ("icon.png", 512),
];
const ICO: &[u32] = &[16, 24, 32, 48, 64, 256];
/// Apple's type of each picture, and its size.
const ICNS: &[(&[u8; 4], u32)] = &[
    (b"icp4", 16),
    (b"icp5", 32),
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic07", 128),
    (b"ic13", 256),
    (b"ic08", 256),
    (b"ic14", 512),
    (b"ic09", 512),
    (b"ic10", 1024),
];

/// Writes them all, where the program that draws them is installed and the drawing is newer.
pub fn write() -> Result<(), Failure> {
    let changed = |path: &str| fs::metadata(path).and_then(|file| file.modified()).ok();
    if changed("icons/icon.icns") >= changed(DRAWING) {
        return Ok(());
    }
    if !system::has_program("rsvg-convert") {
        println!("rsvg-convert (Debian: librsvg2-bin) is missing, so the icons stay as they are.");
        return Ok(());
    }
    for (name, size) in PNG {
        save(name, &draw(*size, 0)?)?;
    }
    let pictures = ICO
        .iter()
        .map(|size| draw(*size, 0).map(|picture| (*size, picture)))
        .collect::<Result<_, _>>()?;
    save("icon.ico", &ico(pictures))?;
    let pictures = ICNS
        .iter()
        // macOS leaves a margin of about a tenth around an icon's shape.
        .map(|(kind, size)| draw(*size, size / 10).map(|picture| (*kind, picture)))
        .collect::<Result<_, _>>()?;
    save("icon.icns", &icns(pictures))
}

fn save(name: &str, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(format!("icons/{name}"), bytes)
        .map_err(|error| format!("icons/{name} could not be written: {error}"))
}

fn draw(size: u32, margin: u32) -> Result<Vec<u8>, Failure> {
    let inner = (size - 2 * margin).to_string();
    let (size, margin) = (size.to_string(), margin.to_string());
    let output = Command::new("rsvg-convert")
        .args([
            "--width", &inner, "--height", &inner, "--left", &margin, "--top", &margin,
        ])
        .args(["--page-width", &size, "--page-height", &size, DRAWING])
        .output()
        .map_err(|error| format!("rsvg-convert could not be started: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// Windows' container: a directory of pictures, then the pictures.
fn ico(pictures: Vec<(u32, Vec<u8>)>) -> Vec<u8> {
    let count = u16::try_from(pictures.len()).expect("a handful of pictures");
    let mut file = [0u16, 1, count].map(u16::to_le_bytes).concat();
    let mut offset = length(&file) + 16 * u32::from(count);
    for (size, picture) in &pictures {
        // 256 is written as 0.
        let side = u8::try_from(*size).unwrap_or(0);
        file.extend([side, side, 0, 0, 1, 0, 32, 0]);
        file.extend(length(picture).to_le_bytes());
        file.extend(offset.to_le_bytes());
        offset += length(picture);
    }
    file.extend(pictures.into_iter().flat_map(|(_, picture)| picture));
    file
}

/// Apple's container: each picture with its type and length.
fn icns(pictures: Vec<(&[u8; 4], Vec<u8>)>) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, picture) in pictures {
        body.extend(kind);
        body.extend((length(&picture) + 8).to_be_bytes());
        body.extend(picture);
    }
    let mut file = b"icns".to_vec();
    file.extend((length(&body) + 8).to_be_bytes());
    file.extend(body);
    file
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("icons are small")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_lies_where_the_directory_says() {
        let file = ico(vec![
            (16, b"small".to_vec()),
            (256, b"large picture".to_vec()),
        ]);
        assert_eq!(file[..6], [0, 0, 1, 0, 2, 0]);
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(&file[number(18)..][..number(14)], b"small");
        assert_eq!(&file[number(34)..][..number(30)], b"large picture");
        assert_eq!((file[6], file[22]), (16, 0), "256 is written as 0");

        let file = icns(vec![(b"ic07", b"picture".to_vec())]);
        assert_eq!(file, b"icns\0\0\0\x17ic07\0\0\0\x0fpicture");
    }
}
