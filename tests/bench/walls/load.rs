//! Clients that read a page as fast as it comes, each over a connection that stays.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::world::{Target, World};

/// Requests a second over all clients.
pub async fn run(world: &World, targets: &[Target], turn: Duration) -> f64 {
    let mut clients = JoinSet::new();
    let started = Instant::now();
    for target in targets.iter().cloned() {
        let listen = world.listen;
        clients.spawn(async move {
            let mut stream = TcpStream::connect(listen).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let request = request(&target);
            let mut answered = 0_u32;
            while started.elapsed() < turn {
                read(&mut stream, &request, &target.path).await;
                answered += 1;
            }
            answered
        });
    }
    let mut answered = 0_u32;
    while let Some(client) = clients.join_next().await {
        answered += client.unwrap();
    }
    f64::from(answered) / started.elapsed().as_secs_f64()
}

/// One request.
pub async fn once(world: &World, target: &Target) {
    let mut stream = TcpStream::connect(world.listen).await.unwrap();
    read(&mut stream, &request(target), &target.path).await;
}

fn request(target: &Target) -> Vec<u8> {
    format!("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}\r\n\r\n", target.path, target.cookie)
        .into_bytes()
}

/// Sends a request and reads its answer to the end.
async fn read(stream: &mut TcpStream, request: &[u8], path: &str) {
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::with_capacity(64 * 1024);
    loop {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{path}: cut off");
        if is_whole(&answer) {
            break;
        }
    }
    let status = answer.get(..12).map(String::from_utf8_lossy).unwrap_or_default();
    assert_eq!(status, "HTTP/1.1 200", "{path}");
}

/// Whether an answer with a length has come to its end.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    match length {
        Some(length) => answer.len() >= end + 4 + usize::min(length, usize::MAX / 2),
        None => answer.ends_with(b"0\r\n\r\n"),
    }
}
