//! What is written down of the audit's chains outside the database (锚点): a line for each chain, bound
//! to the line before it, so that neither a line nor a chain can be put in the place of another.

use std::fmt::{self, Write as _};

use chrono::{DateTime, SecondsFormat, Utc};

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

/// The lines to be added to a file whose last seal is known; `seal` makes a seal of a text, which says
/// itself with which suite and key it was made.
pub fn lines(added: &[impl Line], before: &str, seal: impl Fn(&str) -> String) -> String {
    let (mut lines, mut before) = (String::new(), before.to_owned());
    for line in added {
        before = seal(&bound(line, &before));
        let _ = writeln!(lines, "{line} {before}");
    }
    lines
}

/// What of a file was written to the end: a line that was cut off while it was written was never there.
pub fn whole(file: &str) -> &str {
    file.rfind('\n').and_then(|end| file.get(..=end)).unwrap_or_default()
}

/// The seal of the last line of a file, which the next line is bound to; empty before the first.
pub fn last_seal(file: &str) -> &str {
    whole(file).lines().last().and_then(|line| line.rsplit_once(' ')).map_or("", |(_, seal)| seal)
}

/// What of a file is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The line with this number.
    Line(usize),
    /// It can't be read at all.
    File,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(nth) => write!(f, "锚点文件第{nth}行：校验码不符"),
            Self::File => f.write_str("锚点文件不能读取"),
        }
    }
}

/// The lines of a file whose seals hold, and those whose seals don't.
pub fn read<T: Line>(file: &str, holds: impl Fn(&str, &str) -> bool) -> (Vec<T>, Vec<Broken>) {
    let (mut lines, mut broken, mut before) = (Vec::new(), Vec::new(), "");
    for (nth, line) in whole(file).lines().enumerate() {
        let parts = line.rsplit_once(' ').and_then(|(text, mac)| Some((T::parse(text)?, mac)));
        match parts {
            Some((line, mac)) if holds(&bound(&line, before), mac) => {
                lines.push(line);
                before = mac;
            }
            Some((_, mac)) => {
                broken.push(Broken::Line(nth + 1));
                before = mac;
            }
            None => broken.push(Broken::Line(nth + 1)),
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

    fn holds(text: &str, mac: &str) -> bool {
        seal(text) == mac
    }

    fn file_of(rows: &[&str]) -> String {
        format!("{}\n", rows.join("\n"))
    }

    #[test]
    fn what_was_written_is_read_again_and_what_was_changed_is_named() {
        let first = lines(&[anchor(1), anchor(2)], "", seal);
        let file = format!("{first}{}", lines(&[anchor(3)], last_seal(&first), seal));
        assert_eq!(read(&file, holds), (vec![anchor(1), anchor(2), anchor(3)], vec![]));
        assert_eq!(read::<Anchor>("", holds), (vec![], vec![]));
        let rows: Vec<&str> = file.lines().collect();
        for (what, file, expected) in [
            ("another place", file.replace(" 0110 2 02", " 0110 2 03"), vec![Broken::Line(2)]),
            ("another court", file.replacen(" 0110 1 ", " 0104 1 ", 1), vec![Broken::Line(1)]),
            ("a line taken out", file_of(&[rows[0], rows[2]]), vec![Broken::Line(2)]),
            (
                "two lines swapped",
                file_of(&[rows[1], rows[0], rows[2]]),
                vec![Broken::Line(1), Broken::Line(2), Broken::Line(3)],
            ),
            ("nonsense", format!("{file}x\n"), vec![Broken::Line(4)]),
        ] {
            assert_eq!(read::<Anchor>(&file, holds).1, expected, "{what}");
        }
        let torn = format!("{file}{}", &rows[0][..40]);
        assert_eq!(read(&torn, holds), (vec![anchor(1), anchor(2), anchor(3)], vec![]));
        assert_eq!((whole(&torn), last_seal(&torn)), (file.as_str(), last_seal(&file)));
        assert_eq!(Broken::Line(2).to_string(), "锚点文件第2行：校验码不符");
    }
}
