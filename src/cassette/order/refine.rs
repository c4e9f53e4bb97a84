//! Walks that look alike are told apart by what they share with others: a stand-in
//! that an earlier walk has too is another one than a stand-in that no other has.
//!
//! Stand-ins are classed by where they occur, walks by the classes of their
//! stand-ins, and so on until nothing changes. What is alike still can hardly be
//! told apart by anybody.

use std::collections::HashMap;

/// Walks in classes, the classes in order, each walk with its stand-ins; keys and stand-ins are those of the walks in
/// order of arrival.
pub(super) fn classes<'o, K: Ord>(keys: Vec<K>, stand_ins: Vec<Vec<&'o str>>) -> Vec<Vec<(usize, Vec<&'o str>)>> {
    let mut ranks = ranks_of(&keys);
    let mut count = count_of(&ranks);
    while count < ranks.len() {
        let of_stand_in = ranks_of_stand_ins(&ranks, &stand_ins);
        let finer: Vec<_> = ranks
            .iter()
            .zip(&stand_ins)
            .map(|(rank, inside)| (*rank, inside.iter().map(|stand_in| of_stand_in[stand_in]).collect::<Vec<_>>()))
            .collect();
        ranks = ranks_of(&finer);
        let finer_count = count_of(&ranks);
        if finer_count == count {
            break;
        }
        count = finer_count;
    }
    let mut classes: Vec<Vec<(usize, Vec<&'o str>)>> = Vec::new();
    classes.resize_with(count, Vec::new);
    for (walk, inside) in stand_ins.into_iter().enumerate() {
        classes[ranks[walk]].push((walk, inside));
    }
    classes
}

/// The place of each key among the different ones.
fn ranks_of<K: Ord>(keys: &[K]) -> Vec<usize> {
    let mut different: Vec<&K> = keys.iter().collect();
    different.sort_unstable();
    different.dedup();
    keys.iter().map(|key| different.binary_search(&key).expect("each key is among them")).collect()
}

fn count_of(ranks: &[usize]) -> usize {
    ranks.iter().max().map_or(0, |greatest| greatest + 1)
}

/// Stand-ins ranked by the walks and the places in them at which they occur.
fn ranks_of_stand_ins<'o>(ranks: &[usize], stand_ins: &[Vec<&'o str>]) -> HashMap<&'o str, usize> {
    /// Walks by rank, with the place in the walk.
    type Places = Vec<(usize, usize)>;
    let mut occurrences: HashMap<&'o str, Places> = HashMap::new();
    for (rank, inside) in ranks.iter().zip(stand_ins) {
        for (place, stand_in) in inside.iter().enumerate() {
            occurrences.entry(stand_in).or_default().push((*rank, place));
        }
    }
    occurrences.values_mut().for_each(|places| places.sort_unstable());
    let (names, places): (Vec<&'o str>, Vec<Places>) = occurrences.into_iter().unzip();
    names.into_iter().zip(ranks_of(&places)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(keys: &[u8], stand_ins: &[&[&'static str]]) -> Vec<Vec<usize>> {
        let classes = classes(keys.to_vec(), stand_ins.iter().map(|inside| inside.to_vec()).collect());
        classes.into_iter().map(|class| class.into_iter().map(|(walk, _)| walk).collect()).collect()
    }

    #[test]
    fn sorts_by_key_and_keeps_equals_together() {
        assert_eq!(order(&[2, 1, 2], &[&["a"], &["b"], &["c"]]), [vec![1], vec![0, 2]]);
        assert!(order(&[], &[]).is_empty());
    }

    #[test]
    fn tells_walks_apart_by_what_they_share() {
        // The last walk has a stand-in of the second: the second is another one than the first.
        assert_eq!(order(&[1, 1, 2], &[&["a"], &["b"], &["b"]]), [vec![0], vec![1], vec![2]]);
        assert_eq!(order(&[1, 1, 2], &[&["b"], &["a"], &["b"]]), [vec![1], vec![0], vec![2]]);
    }

    #[test]
    fn looks_further_than_one_step() {
        // 0 and 1 are alike but for whom 2 and 3 share something with.
        let chain: [&[&str]; 5] = [&["a"], &["b"], &["a", "c"], &["b", "d"], &["d"]];
        assert_eq!(order(&[1, 1, 2, 2, 3], &chain), [vec![0], vec![1], vec![2], vec![3], vec![4]]);
    }
}
