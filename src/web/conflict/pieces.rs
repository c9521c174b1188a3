//! Two texts beside each other, with the part marked in which they differ.

/// Part of a text, and whether it is in this one alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub differs: bool,
}

/// Two texts with the part marked that is not the same in both: what lies between their common
/// beginning and their common ending.
pub fn apart(theirs: &str, mine: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (one, other): (Vec<char>, Vec<char>) = (theirs.chars().collect(), mine.chars().collect());
    let same = |(a, b): &(&char, &char)| a == b;
    let head = one.iter().zip(&other).take_while(same).count();
    let rest = one.len().min(other.len()) - head;
    let tail = one.iter().rev().zip(other.iter().rev()).take(rest).take_while(same).count();
    (pieces(&one, head, tail), pieces(&other, head, tail))
}

fn pieces(letters: &[char], head: usize, tail: usize) -> Vec<Piece> {
    let (head, rest) = letters.split_at(head.min(letters.len()));
    let (middle, tail) = rest.split_at(rest.len() - tail.min(rest.len()));
    [(head, false), (middle, true), (tail, false)]
        .into_iter()
        .filter(|(part, _)| !part.is_empty())
        .map(|(part, differs)| Piece { text: part.iter().collect(), differs })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_lies_between_the_common_beginning_and_ending() {
        let marked = |pieces: &[Piece]| -> String {
            let mark = |piece: &Piece| {
                if piece.differs { format!("[{}]", piece.text) } else { piece.text.clone() }
            };
            pieces.iter().map(mark).collect()
        };
        for (theirs, mine, expected_theirs, expected_mine) in [
            ("评估费由法院垫付", "评估费由院里垫付", "评估费由[法院]垫付", "评估费由[院里]垫付"),
            ("先发放", "先发放首笔", "先发放", "先发放[首笔]"),
            ("", "新写", "", "[新写]"),
            ("甲甲", "甲甲甲", "甲甲", "甲甲[甲]"),
        ] {
            let (one, other) = apart(theirs, mine);
            assert_eq!(
                (marked(&one), marked(&other)),
                (expected_theirs.to_owned(), expected_mine.to_owned())
            );
        }
    }
}
