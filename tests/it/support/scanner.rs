//! A scanner for malware in the words of clamd: it knows the file that all scanners are tried with.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anjie::edge::{Edge, Scanner};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The file in two halves, so that no scanner takes offence at this one.
pub fn eicar() -> String {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Well,
    /// It takes everything and says nothing.
    Silent,
    /// It takes no file that is longer than so many bytes.
    Limited(usize),
}

/// It stops when this is dropped.
pub struct FakeScanner {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl FakeScanner {
    #[expect(clippy::disallowed_methods, reason = "a server beside the one that is tested")]
    pub async fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
        let counted = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(answer(stream, manner));
            }
        });
        Self { address, asked, task }
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    pub fn scanner(&self) -> Scanner {
        Scanner::parse(&self.address.to_string()).unwrap()
    }

    /// What a site is told of it.
    pub fn edge(&self) -> Edge {
        Edge { scanner: Some(self.scanner()), ..Edge::default() }
    }
}

impl Drop for FakeScanner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection: the command, pieces with their lengths, a piece of no length, the answer.
async fn answer(mut stream: TcpStream, manner: Manner) {
    let mut command = Vec::new();
    while !command.ends_with(b"\0") {
        command.push(stream.read_u8().await.unwrap());
    }
    if command == b"zPING\0" {
        return stream.write_all(b"PONG\0").await.unwrap();
    }
    assert_eq!(command, b"zINSTREAM\0");
    let mut bytes = Vec::new();
    while let Ok(length @ 1..) = stream.read_u32().await {
        let mut piece = vec![0; length as usize];
        stream.read_exact(&mut piece).await.unwrap();
        bytes.extend(piece);
    }
    let said: &[u8] = match manner {
        Manner::Silent => return std::future::pending().await,
        Manner::Limited(longest) if bytes.len() > longest => {
            b"INSTREAM size limit exceeded. ERROR\0"
        }
        Manner::Well if String::from_utf8_lossy(&bytes).contains(&eicar()) => {
            b"stream: Eicar-Test-Signature FOUND\0"
        }
        Manner::Well | Manner::Limited(_) => b"stream: OK\0",
    };
    stream.write_all(said).await.unwrap();
}
