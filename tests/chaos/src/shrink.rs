//! Finds the fewest faults that still do harm, by delta debugging: parts of what failed are left
//! out, ever smaller ones, and whatever fails without them is gone on with.

use std::collections::HashSet;

/// A smallest part of `all` for which `fails` holds, as it does for `all` itself: without any one
/// of its members it does not, unless `tries` ran out before that was known.
pub async fn smallest(
    all: Vec<usize>,
    mut tries: usize,
    mut fails: impl AsyncFnMut(&[usize]) -> bool,
) -> Vec<usize> {
    let mut failing = all;
    let mut harmless = HashSet::new();
    let mut parts = 2;
    while failing.len() > 1 {
        let size = failing.len().div_ceil(parts);
        let mut smaller = None;
        for start in (0..failing.len()).step_by(size) {
            let end = (start + size).min(failing.len());
            let without = [&failing[..start], &failing[end..]].concat();
            if harmless.contains(&without) {
                continue;
            }
            if tries == 0 {
                return failing;
            }
            tries -= 1;
            if fails(&without).await {
                smaller = Some(without);
                break;
            }
            harmless.insert(without);
        }
        match smaller {
            Some(smaller) => {
                failing = smaller;
                parts = (parts - 1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(failing.len()),
        }
    }
    failing
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shrunk(
        of: usize,
        tries: usize,
        fails: impl Fn(&[usize]) -> bool,
    ) -> (Vec<usize>, usize) {
        let mut asked = HashSet::new();
        let smallest = smallest((1..=of).collect(), tries, async |some| {
            assert!(asked.insert(some.to_vec()), "{some:?} again");
            fails(some)
        });
        let smallest = smallest.await;
        (smallest, asked.len())
    }

    #[tokio::test]
    async fn what_does_not_matter_is_left_out() {
        for wanted in [vec![7], vec![1, 20], vec![3, 4, 19], (1..=20).collect()] {
            let all = |some: &[usize]| wanted.iter().all(|one| some.contains(one));
            let (found, asked) = shrunk(20, usize::MAX, all).await;
            assert_eq!(found, wanted);
            assert!(asked <= 20 * 20, "{asked}");
        }
    }

    #[tokio::test]
    async fn one_of_several_causes_is_enough() {
        let either = |some: &[usize]| some.contains(&2) || some.contains(&9);
        let (found, asked) = shrunk(20, usize::MAX, either).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(asked < 20, "{asked}");
    }

    #[tokio::test]
    async fn it_gives_what_it_has_when_it_may_try_no_more() {
        let (found, asked) = shrunk(20, 3, |some| some.contains(&20)).await;
        assert!(found.contains(&20) && found.len() < 20, "{found:?}");
        assert_eq!(asked, 3);
    }
}
