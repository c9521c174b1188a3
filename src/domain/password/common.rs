//! Passwords that everybody thinks of first. A list of them would be long and still miss the next
//! year's; so the list holds words, and what is made of nothing but words of the list, runs over
//! the keyboard, years and repetitions is common.

use std::sync::LazyLock;

/// Words that stand in common passwords; made for this program from the words of the trade, pinyin
/// that everyone types, and names of nothing in particular.
static WORDS: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    let lines = include_str!("common.txt").lines();
    let words = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
    words.map(|word| word.chars().collect()).collect()
});

/// What lies side by side on a keyboard, in the alphabet and in counting; also backwards.
const RUNS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik<(ol>)p:?",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1a2b3c4d5e6f7g8h9i0j",
    "a1b2c3d4e5f6g7h8i9j0",
    "147258369",
    "159753",
];

static RUNS_BOTH_WAYS: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    RUNS.iter().flat_map(|run| [run.chars().collect(), run.chars().rev().collect()]).collect()
});

/// The shortest part of a run that nobody types by chance.
const SHORTEST_RUN: usize = 3;
/// A part as long as this, again and again, is one part.
const LONGEST_REPETITION: usize = 8;
/// What must be left when all that is common is taken away: four letters, or eight digits.
const ENOUGH: u32 = 8;

/// Whether nothing is left of a password (in lower case) but what everybody thinks of.
pub fn is_common(password: &str) -> bool {
    let letters: Vec<char> = password.chars().collect();
    // The least that is left from the start up to each place.
    let mut left = vec![u32::MAX; letters.len()];
    left.insert(0, 0);
    for at in 0..letters.len() {
        let here = left.get(at).copied().unwrap_or(u32::MAX);
        let (before, rest) = letters.split_at(at);
        let mut reach = |length: usize, cost: u32| {
            if let Some(place) = left.get_mut(at + length) {
                *place = (*place).min(here.saturating_add(cost));
            }
        };
        if let Some(&letter) = rest.first() {
            reach(1, worth(letter));
        }
        for length in common_parts(before, rest) {
            reach(length, 0);
        }
    }
    left.get(letters.len()).is_some_and(|left| *left < ENOUGH)
}

/// What a letter adds that is of no common part.
const fn worth(letter: char) -> u32 {
    match letter {
        'a'..='z' => 2,
        '0'..='9' | '!'..='~' | ' ' => 1,
        _ => 3,
    }
}

/// The lengths of the common parts that begin here.
fn common_parts(before: &[char], rest: &[char]) -> Vec<usize> {
    let mut lengths = Vec::new();
    let fits = |word: &Vec<char>| {
        word.len() <= rest.len() && word.iter().zip(rest).all(|(one, other)| reads_as(*other, *one))
    };
    lengths.extend(WORDS.iter().filter(|word| fits(word)).map(Vec::len));
    for run in RUNS_BOTH_WAYS.iter() {
        lengths.extend(SHORTEST_RUN..=along(run, rest));
    }
    if is_year(rest) {
        lengths.push(4);
    }
    for length in 1..=LONGEST_REPETITION.min(before.len()).min(rest.len()) {
        if before.ends_with(rest.get(..length).unwrap_or_default()) {
            lengths.push(length);
        }
    }
    lengths
}

/// The longest beginning that is a part of a run; nothing below the shortest.
fn along(run: &[char], rest: &[char]) -> usize {
    let starts = (0..run.len()).filter_map(|at| run.get(at..));
    let same = |run: &[char]| run.iter().zip(rest).take_while(|(one, other)| one == other).count();
    starts.map(same).max().unwrap_or(0)
}

fn is_year(rest: &[char]) -> bool {
    matches!(rest, ['1', '9', a, b, ..] | ['2', '0', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

/// `p@ssw0rd` reads as `password`.
const fn reads_as(typed: char, letter: char) -> bool {
    typed as u32 == letter as u32
        || matches!(
            (typed, letter),
            ('@' | '4', 'a')
                | ('0', 'o')
                | ('1' | '!' | '|', 'i' | 'l')
                | ('3', 'e')
                | ('$' | '5', 's')
                | ('7' | '+', 't')
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASES: &str = "password p@ssw0rd pa$$word admin administrator welcome qwerty qwertyuiop 1qaz2wsx \
        zaq1xsw2 qazwsx asdfghjkl iloveyou woaini woaini1314 zhongguo beijing fayuan xinfang zhang \
        wangwei letmein monkey dragon sunshine princess football abc aa a changeme test root user \
        master login hello superman shanghai mima 法院 信访 密码 中国 zhongyuan susong";
    const TAILS: &str = "123456 12345678 1234567890 123456789012 123!@# !@#123 @123456 2024 2025! 2026 @2026 \
        #2026# 888888 666666 520520 1314520 000000 111111 112233 abc123 123abc qwe123 123qwe \
        !@#$%^ 5201314 19900101 20000101 @163.com a123456 1q2w3e4r 147258 007007007 ..";

    /// The commonest passwords as people build them: a word in one of its dresses, and what is
    /// hung on it to please a policy.
    fn commonest() -> Vec<String> {
        let (bases, tails) = (BASES.split_whitespace(), TAILS.split_whitespace());
        let mut made = Vec::new();
        for base in bases {
            for tail in tails.clone() {
                let dresses = [
                    format!("{base}{tail}"),
                    format!("{tail}{base}"),
                    format!("{base}{tail}{base}"),
                    format!("{base}_{tail}!"),
                ];
                made.extend(dresses.into_iter().filter(|it| it.chars().count() >= 12));
            }
        }
        made
    }

    /// S4.
    #[test]
    fn three_thousand_common_passwords_that_fit_the_policy_are_refused() {
        let all = commonest();
        assert!(all.len() > 3000, "{}", all.len());
        let missed: Vec<_> = all.iter().filter(|password| !is_common(password)).collect();
        assert!(missed.is_empty(), "{} of {}: {missed:?}", missed.len(), all.len());
    }

    #[test]
    fn what_is_only_short_of_words_is_not_common() {
        for password in [
            "kt4#mq9!xw2z",
            "yunzhou 11 willows",
            "correct horse battery",
            "湖边有棵会唱歌的柳树 1",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }
}
