//! The paths of rules, read into their parts.

/// More than any event needs, and little enough to walk quickly.
const LONGEST: usize = 500;
const DEEPEST: usize = 10;
const MOST_STARS: usize = 3;

/// One step into an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Key(String),
    /// Any key, or any element of a list.
    Any,
}

/// `a.b.*`, with `\.`, `\*` and `\\` for these signs within a key.
pub fn read(path: &str) -> Result<Vec<Step>, String> {
    let path = path.trim();
    if path.is_empty() {
        return Err(String::from("Name a field, such as actorMetadata.email."));
    }
    if path.len() > LONGEST {
        return Err(format!("A path has at most {LONGEST} bytes."));
    }
    let mut steps = Vec::new();
    let mut key = String::new();
    let mut star = false;
    let mut signs = path.chars();
    loop {
        match signs.next() {
            Some('\\') => match signs.next() {
                Some(sign @ ('.' | '*' | '\\')) => key.push(sign),
                _ => return Err(String::from("After \\ comes a dot, a star or another \\.")),
            },
            Some('*') => {
                if star || !key.is_empty() {
                    return Err(whole_star());
                }
                star = true;
            }
            Some(sign) if sign != '.' => {
                if star {
                    return Err(whole_star());
                }
                key.push(sign);
            }
            end => {
                if star {
                    steps.push(Step::Any);
                } else if key.is_empty() {
                    return Err(format!(
                        "{path}: there is nothing between two dots, or at an end."
                    ));
                } else {
                    steps.push(Step::Key(std::mem::take(&mut key)));
                }
                star = false;
                if end.is_none() {
                    break;
                }
            }
        }
    }
    if steps.len() > DEEPEST {
        return Err(format!("A path goes at most {DEEPEST} steps deep."));
    }
    if steps.iter().filter(|step| **step == Step::Any).count() > MOST_STARS {
        return Err(format!("A path has at most {MOST_STARS} stars."));
    }
    Ok(steps)
}

fn whole_star() -> String {
    String::from("A star stands for a whole key: a.*.b. For a star within a key write \\*.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Step {
        Step::Key(name.into())
    }

    #[test]
    fn paths_are_read_with_stars_and_escaped_signs() {
        for (path, steps) in [
            ("ipAddress", vec![key("ipAddress")]),
            (" a.b ", vec![key("a"), key("b")]),
            ("a.*.c", vec![key("a"), Step::Any, key("c")]),
            (r"a\.b.\*.c\\", vec![key("a.b"), key("*"), key(r"c\")]),
            ("ü.张", vec![key("ü"), key("张")]),
        ] {
            assert_eq!(read(path), Ok(steps), "{path}");
        }
        for path in [
            "",
            " ",
            ".",
            "a.",
            ".a",
            "a..b",
            "a*",
            "*a",
            "**",
            r"a\b",
            r"a\",
            "a.b.c.d.e.f.g.h.i.j.k",
            "*.*.*.*",
        ] {
            assert!(read(path).is_err(), "{path}");
        }
        assert!(read(&"x".repeat(501)).is_err());
    }
}
