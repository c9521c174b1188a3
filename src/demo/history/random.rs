//! Numbers that look drawn by lot and never are: the same city on every machine (splitmix64).

/// What all streams begin with.
const SEED: u64 = 0x59_75_6e_7a_68_6f_75_31;

/// A stream of numbers. Each thing that is invented has one of its own, so that one more draw for
/// one case changes nothing about another.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The stream for the nth thing of a kind.
    pub fn of(kind: &str, nth: usize) -> Self {
        let named = kind.bytes().fold(SEED, |sum, byte| mixed(sum ^ u64::from(byte)));
        Self(mixed(named ^ nth as u64))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low)) + 1;
        low + u32::try_from(self.next() % span).unwrap_or(0)
    }

    /// Whether something happens that happens so often in a hundred times.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.between(0, 99) < percent
    }

    /// One of several; the default of an empty list.
    pub fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        let last = from.len().saturating_sub(1);
        let nth = self.between(0, u32::try_from(last).unwrap_or(u32::MAX));
        from.get(nth as usize).copied().unwrap_or_default()
    }
}

const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_repeats_itself_and_no_other() {
        let draw = |kind, nth| {
            let mut random = Random::of(kind, nth);
            [0; 8].map(|_: u32| random.between(0, 999))
        };
        assert_eq!(draw("case", 7), draw("case", 7));
        assert_ne!(draw("case", 7), draw("case", 8));
        assert_ne!(draw("case", 7), draw("visit", 7));
    }

    #[test]
    fn numbers_stay_within_their_bounds_and_reach_them() {
        let mut random = Random::of("bounds", 0);
        let drawn: Vec<u32> = (0..400).map(|_| random.between(3, 6)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&3), Some(&6)));
        assert!((0..200).all(|_| random.chance(100) && !random.chance(0)));
        assert_eq!(random.pick::<u8>(&[]), 0);
    }
}
