//! Makes hostile inputs of harmless ones: of the same number the same input, on every machine.

/// Numbers by chance (`SplitMix64`). Those of a package may change with its version, and the number
/// that a test printed would name another input then.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// Once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Nothing is made longer than so many pieces, so that what takes long takes it of itself.
const LONGEST: usize = 48 * 1024;
/// A change takes or repeats at most so many pieces at once.
const BLOCK: usize = 200;

/// What inputs are made of, out of bytes or out of letters.
#[derive(Debug)]
pub struct Pantry<T> {
    pub seeds: Vec<Vec<T>>,
    /// What parsers stumble over.
    pub special: Vec<Vec<T>>,
    /// Any piece at all, near the one that stands there.
    pub other: fn(&mut Dice, T) -> T,
}

impl<T: Clone> Pantry<T> {
    /// A seed after some changes.
    pub fn input(&self, dice: &mut Dice) -> Vec<T> {
        let seed = dice.of(&self.seeds).clone();
        self.changed(seed, dice)
    }

    /// This after one to six changes, more often few than many: what is changed much is refused early.
    pub fn changed(&self, mut input: Vec<T>, dice: &mut Dice) -> Vec<T> {
        let most = 1 + dice.below(6);
        for _ in 0..=dice.below(most) {
            self.change(&mut input, dice);
            input.truncate(LONGEST);
        }
        input
    }

    fn change(&self, input: &mut Vec<T>, dice: &mut Dice) {
        let at = dice.below(input.len() + 1);
        let end = (at + 1 + dice.below(BLOCK.min(input.len() / 2 + 1))).min(input.len());
        match dice.below(8) {
            0 | 1 => {
                if let Some(piece) = input.get_mut(at) {
                    *piece = (self.other)(dice, piece.clone());
                }
            }
            2 => drop(input.drain(at..end)),
            3 => input.truncate(at),
            4 => {
                let block = input[at..end].to_vec();
                let copies = 1 + dice.below(20);
                input.splice(at..at, block.iter().cycle().take(block.len() * copies).cloned());
            }
            5 | 6 => {
                let special = dice.of(&self.special).clone();
                let end = if dice.one_in(2) { at } else { end };
                input.splice(at..end, special);
            }
            // From here on, or for a while, another seed.
            _ => {
                let other = dice.of(&self.seeds);
                let from = dice.below(other.len() + 1);
                let to = if dice.one_in(2) { other.len() } else { (from + BLOCK).min(other.len()) };
                let end = if dice.one_in(2) { input.len() } else { end };
                input.splice(at..end, other[from..to].iter().cloned());
            }
        }
    }
}

/// Another byte: one bit of it, the next one, or any.
pub fn other_byte(dice: &mut Dice, byte: u8) -> u8 {
    match dice.below(3) {
        0 => byte ^ (1 << dice.below(8)),
        1 => byte.wrapping_add(1),
        _ => dice.roll().to_le_bytes()[0],
    }
}

/// Signs that are taken for others, are not seen, are blanks, or are long.
const SIGNS: &[char] = &[
    '\0',
    '\t',
    '\r',
    '\n',
    ' ',
    '\u{85}',
    '\u{a0}',
    '\u{ad}',
    '\u{200b}',
    '\u{200e}',
    '\u{2028}',
    '\u{202e}',
    '\u{3000}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{301}',
    '\u{10ffff}',
    '０',
    '９',
    '٣',
    '²',
    '½',
    '一',
    '〇',
    '某',
    '张',
    '𠮷',
    'Ｘ',
    'ß',
    'ı',
    '-',
    '－',
    '+',
    '.',
    ',',
    '，',
    '(',
    '）',
    '〔',
    '】',
    '年',
    '号',
    '字',
    '第',
    '之',
    '0',
    '1',
    '9',
    'x',
    'X',
];

/// Another letter.
pub fn other_letter(dice: &mut Dice, letter: char) -> char {
    match dice.below(4) {
        0 => char::from(b'0' + u8::try_from(dice.below(10)).unwrap()),
        1 => char::from_u32(u32::from(letter) ^ (1 << dice.below(16))).unwrap_or('\u{fffd}'),
        _ => *dice.of(SIGNS),
    }
}

/// Words that mean something to one parser or another.
const WORDS: &[&str] = &[
    "+86",
    "2000-02-30",
    "2027-01-01",
    "0000",
    "9999",
    "99999999",
    "4294967296",
    "-1",
    "1e999",
    "NaN",
    "最高法知",
    "字第",
    "号之一",
    "（2023）",
    "今天",
    "holiday",
    "节假日",
    "\r\n",
    "\n\n",
    ",,",
];

/// A pantry of letters.
pub fn letters(seeds: &[String]) -> Pantry<char> {
    let single = SIGNS.iter().map(|sign| vec![*sign]);
    let words = WORDS.iter().map(|word| word.chars().collect());
    Pantry {
        seeds: seeds.iter().map(|seed| seed.chars().collect()).collect(),
        special: single.chain(words).collect(),
        other: other_letter,
    }
}

/// A pantry of bytes with special values of its own beside those of every kind of bytes.
pub fn bytes(seeds: Vec<Vec<u8>>, special: &[&[u8]]) -> Pantry<u8> {
    let mut all: Vec<Vec<u8>> = special.iter().map(|it| it.to_vec()).collect();
    all.extend([vec![0], vec![0; 4], vec![0xFF; 4], vec![0xFF; 8], vec![0, 0, 0, 0x80]]);
    // A letter cut in half, one written too long, half of a pair.
    all.extend([vec![0xE5, 0xBC], vec![0xC0, 0xAF], vec![0xED, 0xA0, 0x80], vec![b'\r', b'\n']]);
    Pantry { seeds, special: all, other: other_byte }
}
