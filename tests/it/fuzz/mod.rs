//! Parsers of what comes from outside, fed with what nobody would send who means well.
//!
//! Each begins with its seeds (`tests/it/data/corpus`) as they are and goes on with inputs made of
//! them. `cargo test` feeds a few; with `ANJIE_FUZZ_SECONDS` every parser is fed for so long, with
//! others each time. A failure names its input by a number: `ANJIE_FUZZ_SEED` begins with that one.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "how long it goes on is said from outside, and it tells what it did"
)]

mod archive;
mod forms;
mod mutation;
mod numbers;
mod queries;
mod tables;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use mutation::Dice;

/// No input may take longer.
const PATIENCE: Duration = Duration::from_mins(1);
/// A city of its own is founded before the first one.
const PREPARATION: Duration = Duration::from_mins(5);

/// How a parser ended with an input that it bore, in a word; what it must not do is a panic.
type Ended = &'static str;

/// How often, and from which number on.
struct Length {
    first: u64,
    /// The seeds are passed over where an input is asked for by its number.
    with_seeds: bool,
    inputs: u64,
    lasting: Duration,
}

impl Length {
    /// So many inputs, or what is asked for from outside.
    fn of(short: u64) -> Self {
        let asked = |name: &str| std::env::var(name).ok().map(|it| it.parse::<u64>().unwrap());
        let (seconds, seed) = (asked("ANJIE_FUZZ_SECONDS"), asked("ANJIE_FUZZ_SEED"));
        // Few inputs are the same ones on every machine.
        let first = seed.unwrap_or_else(|| seconds.map_or(0, |_| rand::random::<u64>() >> 16));
        let (inputs, lasting) = match seconds {
            Some(seconds) => (u64::MAX, Duration::from_secs(seconds)),
            None => (short, Duration::MAX),
        };
        Self { first, with_seeds: seed.is_none(), inputs, lasting }
    }
}

/// What the thread that feeds a parser says of it.
enum Told {
    Began(String),
    Went(Ended),
    Broke(String),
    Ended,
}

thread_local! {
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Where and why this thread panicked since it was asked last.
fn last_panic() -> String {
    LAST_PANIC.take()
}

/// Does something whose panic is kept instead of printed.
fn watched<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IS_WATCHED.get() {
                LAST_PANIC.replace(info.to_string());
            } else {
                before(info);
            }
        }));
    });
    IS_WATCHED.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    IS_WATCHED.set(false);
    done.map_err(|_| last_panic())
}

/// Feeds a parser on a thread of its own, and waits for no input longer than it may take. `made` makes
/// inputs, `start` what tells how the parser ended with one. The words are counted and told.
fn feed<I, C>(
    parser: &str,
    short: u64,
    (seeds, made): (Vec<I>, impl Fn(&mut Dice) -> I + Send + 'static),
    start: impl FnOnce() -> C + Send + 'static,
) -> BTreeMap<Ended, u64>
where
    I: Send + 'static,
    C: FnMut(&I) -> Ended,
{
    let (tell, hear) = sync_channel(1024);
    let length = Length::of(short);
    thread::spawn(move || {
        let mut check = start();
        let seeds = seeds.into_iter().enumerate().filter(|_| length.with_seeds);
        let seeds = seeds.map(|(nth, seed)| (format!("seed {}", nth + 1), seed));
        let numbers = (0..length.inputs).map(|nth| length.first.wrapping_add(nth));
        let inputs = numbers.map(|it| (format!("ANJIE_FUZZ_SEED={it}"), made(&mut Dice::new(it))));
        let began = Instant::now();
        for (name, input) in seeds.chain(inputs) {
            if began.elapsed() >= length.lasting {
                break;
            }
            if !fed(&tell, name, || check(&input)) {
                return;
            }
        }
        drop(tell.send(Told::Ended));
    });
    let told = counted(parser, &hear);
    let all: u64 = told.values().sum();
    eprintln!("fuzz: {parser}: {all} inputs, {told:?}");
    told
}

/// One input; whether to go on.
fn fed(tell: &SyncSender<Told>, name: String, check: impl FnOnce() -> Ended) -> bool {
    if tell.send(Told::Began(name)).is_err() {
        return false;
    }
    let told = watched(check).map_or_else(Told::Broke, Told::Went);
    let goes_on = matches!(told, Told::Went(_));
    tell.send(told).is_ok() && goes_on
}

/// Hears how the inputs ended.
fn counted(parser: &str, hear: &Receiver<Told>) -> BTreeMap<Ended, u64> {
    let mut ended = BTreeMap::new();
    let (mut at, mut patience) = ("its preparation".to_owned(), PREPARATION);
    loop {
        match hear.recv_timeout(patience) {
            Ok(Told::Began(name)) => (at, patience) = (name, PATIENCE),
            Ok(Told::Went(how)) => *ended.entry(how).or_default() += 1,
            Ok(Told::Broke(why)) => panic!("{parser}, {at}: {why}"),
            Err(RecvTimeoutError::Timeout) => panic!("{parser}, {at}: no end after {patience:?}"),
            Ok(Told::Ended) => return ended,
            Err(RecvTimeoutError::Disconnected) => panic!("{parser} was fed no further than {at}"),
        }
    }
}

/// The seeds of a parser, file by file in the order of their names.
fn corpus(parser: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/corpus").join(parser);
    let mut files: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// The seeds of a parser of single lines: each line of each file.
fn lines(parser: &str) -> Vec<String> {
    let texts = corpus(parser).into_iter().map(|bytes| String::from_utf8(bytes).unwrap());
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Feeds a parser of texts.
fn feed_texts(
    parser: &str,
    short: u64,
    seeds: Vec<String>,
    check: impl FnMut(&String) -> Ended + Send + 'static,
) -> BTreeMap<Ended, u64> {
    let pantry = mutation::letters(&seeds);
    let made = move |dice: &mut Dice| pantry.input(dice).into_iter().collect();
    feed(parser, short, (seeds, made), || check)
}
