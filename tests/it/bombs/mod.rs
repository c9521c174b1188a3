//! Workbooks that were made to break their reader. Each is read by a process of its own, which says
//! what that took: this test program, started once more.
#![expect(clippy::disallowed_methods, reason = "this test starts itself")]

mod files;

use std::path::Path;
use std::process::Command;

use anjie::office::ledger::read_apart;

/// Names the file that the process is to read.
const FILE: &str = "ANJIE_WORKBOOK";
const MOST_MILLISECONDS: u64 = 2_000;
const MOST_KILOBYTES: u64 = 200 * 1024;

/// What reading a file took, and how it ended.
#[derive(Debug)]
struct Taken {
    milliseconds: u64,
    kilobytes: u64,
    said: String,
}

/// A line of `/proc/self/status`, in KiB.
pub fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap()
}

/// The time that the processor worked for this process, whatever else the machine had to do.
fn worked() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let behind_the_name = stat.rsplit(')').next().unwrap();
    let ticks = behind_the_name.split_whitespace().skip(11).take(2);
    // A hundredth of a second each.
    ticks.map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum()
}

/// What the started process does.
fn read_it(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let (held, before) = (memory("VmRSS:"), worked());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let read = runtime.block_on(read_apart(bytes));
    let (milliseconds, kilobytes) = (worked() - before, memory("VmHWM:").saturating_sub(held));
    let said = read.map_or_else(|error| error.to_string(), |_| "read".to_owned());
    println!("\ntook {milliseconds} {kilobytes} {said}");
}

/// Has a file read by a process of its own.
fn taken(name: &str, bytes: &[u8]) -> Taken {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{}.xlsx", uuid::Uuid::new_v4()));
    std::fs::write(&path, bytes).unwrap();
    let test =
        "bombs::a_workbook_made_to_break_the_reader_is_refused_in_time_and_within_its_memory";
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FILE, &path)
        .output()
        .unwrap();
    std::fs::remove_file(path).unwrap();
    let out = String::from_utf8_lossy(&run.stdout);
    let line = out.lines().find_map(|line| line.strip_prefix("took "));
    let line = line.unwrap_or_else(|| {
        panic!("{name} ended its reader: {} {}", run.status, String::from_utf8_lossy(&run.stderr))
    });
    let mut parts = line.splitn(3, ' ');
    let mut figure = || parts.next().unwrap().parse().unwrap();
    let (milliseconds, kilobytes) = (figure(), figure());
    Taken { milliseconds, kilobytes, said: parts.next().unwrap().to_owned() }
}

/// S56, S57.
#[test]
fn a_workbook_made_to_break_the_reader_is_refused_in_time_and_within_its_memory() {
    if let Some(path) = std::env::var_os(FILE) {
        return read_it(Path::new(&path));
    }
    let fine = taken("an ordinary ledger", include_bytes!("../data/ledger-427.xlsx"));
    assert_eq!(fine.said, "read");
    let mut wrong = Vec::new();
    for (name, bytes, ends) in files::all() {
        let taken = taken(name, &bytes);
        let Taken { milliseconds, kilobytes, said } = &taken;
        println!("{name}: {} bytes, {milliseconds} ms, {kilobytes} KiB, {said}", bytes.len());
        let is_bounded = *milliseconds <= MOST_MILLISECONDS && *kilobytes <= MOST_KILOBYTES;
        let is_as_expected =
            ends == files::Ends::Either || (said == "read") == (ends == files::Ends::Read);
        if !is_bounded || !is_as_expected {
            wrong.push(format!("{name}: {taken:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
