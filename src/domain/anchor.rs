//! What is written down of the audit's chains outside the database (锚点): a line for each chain, bound
//! to the line before it, so that neither a line nor a chain can be put in the place of another.

use std::fmt::{self, Write as _};

use chrono::{DateTime, SecondsFormat, Utc};

/// How the seal of a line is made, and with which key: HMAC-SHA-256, the first.
const TAG: &str = "hmac-sha256/1";

/// The head of a chain at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    pub at: DateTime<Utc>,
    /// The court's code.
    pub court: String,
    pub seq: i64,
    /// The hash of that entry, in hexadecimal digits.
    pub hash: String,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        write!(f, "{at} {} {} {}", self.court, self.seq, self.hash)
    }
}

/// What stands on a line of such a file: printed, and read again.
pub trait Line: fmt::Display + Sized {
    fn parse(text: &str) -> Option<Self>;
}

impl Line for Anchor {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let at = DateTime::parse_from_rfc3339(parts.next()?).ok()?.to_utc();
        let (court, seq) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
        let hash = parts.next()?.to_owned();
        parts.next().is_none().then_some(Self { at, court, seq, hash })
    }
}

/// What is sealed: the line, and the seal of the line before it.
fn bound(line: &impl Line, before: &str) -> String {
    format!("{before} {line}")
}

/// The lines to be added to a file whose last seal is known; `seal` makes a seal of a text.
pub fn lines(added: &[impl Line], before: &str, seal: impl Fn(&str) -> String) -> String {
    let (mut lines, mut before) = (String::new(), before.to_owned());
    for line in added {
        before = seal(&bound(line, &before));
        let _ = writeln!(lines, "{line} {TAG} {before}");
    }
    lines
}

/// The seal of the last line of a file, which the next line is bound to; empty before the first.
pub fn last_seal(file: &str) -> &str {
    file.lines().last().and_then(|line| line.rsplit_once(' ')).map_or("", |(_, seal)| seal)
}

/// A line that is not as it was written, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken(pub usize);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "锚点文件第{}行：校验码不符", self.0)
    }
}

/// The lines of a file whose seals hold, and those whose seals don't.
pub fn read<T: Line>(file: &str, seal: impl Fn(&str) -> String) -> (Vec<T>, Vec<Broken>) {
    let (mut lines, mut broken, mut before) = (Vec::new(), Vec::new(), "");
    for (nth, line) in file.lines().enumerate() {
        let parts = line.rsplit_once(' ').and_then(|(rest, mac)| {
            let text = rest.strip_suffix(TAG)?.strip_suffix(' ')?;
            Some((T::parse(text)?, mac))
        });
        match parts {
            Some((line, mac)) if seal(&bound(&line, before)) == mac => {
                lines.push(line);
                before = mac;
            }
            Some((_, mac)) => {
                broken.push(Broken(nth + 1));
                before = mac;
            }
            None => broken.push(Broken(nth + 1)),
        }
    }
    (lines, broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(text: &str) -> String {
        use sha2::{Digest, Sha256};
        Sha256::digest(text)
            .iter()
            .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
    }

    fn anchor(seq: i64) -> Anchor {
        let at = "2026-06-15T04:00:00.000001Z".parse().unwrap();
        Anchor { at, court: "0110".to_owned(), seq, hash: format!("0{seq}") }
    }

    #[test]
    fn what_was_written_is_read_again_and_what_was_changed_is_named() {
        let first = lines(&[anchor(1), anchor(2)], "", seal);
        let file = format!("{first}{}", lines(&[anchor(3)], last_seal(&first), seal));
        assert_eq!(read(&file, seal), (vec![anchor(1), anchor(2), anchor(3)], vec![]));
        assert_eq!(read::<Anchor>("", seal), (vec![], vec![]));
        let rows: Vec<&str> = file.lines().collect();
        for (what, file, expected) in [
            ("another place", file.replace(" 0110 2 02", " 0110 2 03"), vec![Broken(2)]),
            ("another court", file.replacen(" 0110 1 ", " 0104 1 ", 1), vec![Broken(1)]),
            ("a line taken out", [rows[0], rows[2]].join("\n"), vec![Broken(2)]),
            (
                "two lines swapped",
                [rows[1], rows[0], rows[2]].join("\n"),
                vec![Broken(1), Broken(2), Broken(3)],
            ),
            ("nonsense", format!("{file}x\n"), vec![Broken(4)]),
        ] {
            assert_eq!(read::<Anchor>(&file, seal).1, expected, "{what}");
        }
        assert_eq!(Broken(2).to_string(), "锚点文件第2行：校验码不符");
    }
}
