//! The shape of a part, seen while it is inflated into nothing. The reader of workbooks keeps a tag, a
//! text and the way down to an element whole, and makes room for as many strings as a file says that
//! it has: what no spreadsheet writes is refused before the reader meets it.

use std::io::{self, Write};

use memchr::memchr;

/// What a part may look like.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// From `<` to `>`.
    tag: usize,
    /// Between two tags.
    text: usize,
    /// Elements within elements.
    depth: usize,
    /// Declarations, comments and literal sections: entities are declared in them.
    declarations: bool,
}

/// A cell holds 32,767 characters, and the longest tag of a spreadsheet program some hundred bytes.
const MARKUP: Bounds = Bounds { tag: 16 << 10, text: 256 << 10, depth: 1_000, declarations: false };
/// Pictures and settings of printers look like nothing in particular; the reader opens them only if
/// the file calls one a sheet.
const ANYTHING: Bounds =
    Bounds { tag: 1 << 20, text: usize::MAX, depth: 1_000_000, declarations: true };
const ENDINGS_OF_MARKUP: [&str; 2] = [".xml", ".rels"];
/// More shared strings than a file within the other bounds can use.
const STRINGS: usize = 999_999;

/// What was seen of a part so far.
pub struct Shape {
    bounds: Bounds,
    in_tag: bool,
    /// Of the tag or text that is being seen.
    length: usize,
    tag: Vec<u8>,
    depth: usize,
    strings: usize,
    is_broken: bool,
}

impl Shape {
    /// Of a part of this name, in small letters.
    pub fn of(name: &str) -> Self {
        let is_markup = ENDINGS_OF_MARKUP.iter().any(|ending| name.ends_with(ending));
        let is_others = name.starts_with("customxml/");
        Self {
            bounds: if is_markup && !is_others { MARKUP } else { ANYTHING },
            in_tag: false,
            length: 0,
            tag: Vec::new(),
            depth: 0,
            strings: 0,
            is_broken: false,
        }
    }

    /// Whether no spreadsheet program would have written it.
    pub const fn is_broken(&self) -> bool {
        self.is_broken
    }

    fn see(&mut self, piece: &[u8]) {
        self.length = self.length.saturating_add(piece.len());
        let most = if self.in_tag { self.bounds.tag } else { self.bounds.text };
        if self.length > most {
            self.is_broken = true;
        } else if self.in_tag {
            self.tag.extend_from_slice(piece);
        }
    }

    fn turn(&mut self) {
        if self.in_tag {
            self.close();
            self.tag.clear();
        }
        self.in_tag = !self.in_tag;
        self.length = 0;
    }

    /// Looks at a whole tag, from behind its `<` to its `>`.
    fn close(&mut self) {
        match self.tag.first() {
            Some(b'/') => self.depth = self.depth.saturating_sub(1),
            Some(b'?') => {}
            Some(b'!') => self.is_broken |= !self.bounds.declarations,
            _ => {
                let name = local_name(&self.tag);
                let boasts = name == b"sst" && has_long_number(&self.tag);
                self.strings += usize::from(name == b"si");
                self.depth += usize::from(!self.tag.ends_with(b"/>"));
                self.is_broken |=
                    boasts || self.strings > STRINGS || self.depth > self.bounds.depth;
            }
        }
    }
}

impl Write for Shape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = memchr(if self.in_tag { b'>' } else { b'<' }, rest);
            let (piece, later) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            self.see(piece);
            if end.is_some() {
                self.turn();
            }
            rest = later;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `x:si a="b">` is `si`.
fn local_name(tag: &[u8]) -> &[u8] {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/>".contains(byte);
    let name = tag.split(is_end).next().unwrap_or_default();
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}

/// Whether a count of more than six digits stands in a tag.
fn has_long_number(tag: &[u8]) -> bool {
    tag.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() > 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_broken(name: &str, text: &str) -> bool {
        // In pieces of every size: a tag may end anywhere.
        [1, 7, text.len().max(1)].into_iter().any(|size| {
            let mut shape = Shape::of(name);
            for piece in text.as_bytes().chunks(size) {
                shape.write_all(piece).unwrap();
            }
            shape.is_broken()
        })
    }

    /// S56.
    #[test]
    fn what_no_spreadsheet_program_writes_is_told_from_what_one_does() {
        let sheet = "<?xml version=\"1.0\"?><worksheet><sheetData><row r=\"1\"><c><v>1</v></c></row></sheetData></worksheet>";
        let deep = "<a>".repeat(1_001);
        let flat = "<a></a><b/>".repeat(2_000);
        let [many, some] = [80_000, 200].map(|nth| {
            let attributes: Vec<_> = (0..nth).map(|nth| format!("a{nth}=\"\"")).collect();
            format!("<c {}/>", attributes.join(" "))
        });
        for (text, expected) in [
            (sheet, false),
            (&flat, false),
            (&some, false),
            ("<sst count=\"427\" uniqueCount=\"999999\">", false),
            (&deep, true),
            (&many, true),
            ("<x:sst uniqueCount = '1000000'>", true),
            ("<!DOCTYPE lolz [<!ENTITY lol \"lol\">]>", true),
            ("<t><![CDATA[x]]></t>", true),
            (&format!("<t>{}</t>", "字".repeat(32_767)), false),
            (&format!("<t>{}</t>", "字".repeat(100_000)), true),
        ] {
            assert_eq!(is_broken("xl/worksheets/sheet1.xml", text), expected, "{text:.60}");
        }
        assert!(!is_broken("xl/media/image1.png", &"字".repeat(100_000)));
        assert!(is_broken("xl/media/image1.png", &format!("<{}", "a".repeat((1 << 20) + 1))));
    }
}
