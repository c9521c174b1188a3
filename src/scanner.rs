//! Asks a scanner for malware about a file, in the words of clamd.

use std::io;
use std::time::Duration;

use clamav_client::PONG;
use clamav_client::tokio::{Socket, Tcp, ping, scan_buffer};

use crate::edge::Scanner;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Silence {
    /// It is not there, or takes too long: what waits is asked about later.
    #[error("the scanner doesn't answer")]
    Away(#[source] io::Error),
    /// It has no answer about this file: it is too large for it, or broke it.
    #[error("the scanner has no answer: {0}")]
    Unsure(String),
}

/// How much is sent at a time.
const PIECE: usize = 64 * 1024;
/// What the answer about a stream begins with, and how it ends.
const BEGINS: &str = "stream: ";
const CLEAN: &str = "OK";
const FOUND: &str = " FOUND";
/// What it finds in a file of which it read a part only (`AlertExceedsMax`).
const TOO_MUCH: &str = "Heuristics.Limits.Exceeded";
/// The longest part of an answer that is written down.
const LONGEST: usize = 120;

/// What a file bears; none where the scanner finds nothing.
pub async fn scan(
    scanner: &Scanner,
    bytes: &[u8],
    patience: Duration,
) -> Result<Option<String>, Silence> {
    let asked = async {
        match scanner {
            Scanner::Socket(path) => {
                scan_buffer(bytes, Socket { socket_path: path }, Some(PIECE)).await
            }
            Scanner::Tcp(address) => {
                scan_buffer(bytes, Tcp { host_address: address.as_str() }, Some(PIECE)).await
            }
        }
    };
    let late = || io::Error::from(io::ErrorKind::TimedOut);
    let answer = tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| Err(late()));
    said(&String::from_utf8_lossy(&answer.map_err(silence)?))
}

/// It hangs up in the middle of a file that is longer than it takes.
fn silence(error: io::Error) -> Silence {
    if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) {
        Silence::Unsure("it hung up in the middle".to_owned())
    } else {
        Silence::Away(error)
    }
}

/// Whether it is there at all: who takes too long for one file may answer about the next.
pub async fn is_there(scanner: &Scanner, patience: Duration) -> bool {
    let asked = async {
        match scanner {
            Scanner::Socket(path) => ping(Socket { socket_path: path }).await,
            Scanner::Tcp(address) => ping(Tcp { host_address: address.as_str() }).await,
        }
    };
    matches!(tokio::time::timeout(patience, asked).await, Ok(Ok(answer)) if answer == PONG)
}

fn said(answer: &str) -> Result<Option<String>, Silence> {
    let answer = answer.trim_end_matches(['\0', '\n']);
    if answer.is_empty() {
        return Err(Silence::Away(io::Error::from(io::ErrorKind::UnexpectedEof)));
    }
    match answer.strip_prefix(BEGINS) {
        Some(CLEAN) => Ok(None),
        Some(rest) if rest.starts_with(TOO_MUCH) => Err(Silence::Unsure(rest.to_owned())),
        Some(rest) if rest.ends_with(FOUND) => Ok(rest.strip_suffix(FOUND).map(str::to_owned)),
        _ => Err(Silence::Unsure(answer.chars().take(LONGEST).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S59.
    #[test]
    fn only_an_answer_that_says_so_makes_a_file_clean() {
        for (answer, expected) in [
            ("stream: OK\0", "Ok(None)"),
            ("stream: OK\n", "Ok(None)"),
            ("stream: Eicar-Test-Signature FOUND\0", "Ok(Some(\"Eicar-Test-Signature\"))"),
            ("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", "Err(Unsure"),
            ("stream: OK FOUND\0", "Ok(Some(\"OK\"))"),
            ("stream: not OK\0", "Err(Unsure"),
            ("INSTREAM size limit exceeded. ERROR\0", "Err(Unsure"),
            ("UNKNOWN COMMAND OK\0", "Err(Unsure"),
            ("", "Err(Away"),
        ] {
            let got = format!("{:?}", said(answer));
            assert!(got.starts_with(expected), "{answer:?}: {got}");
        }
    }
}
