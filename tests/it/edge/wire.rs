//! A router on a real socket, and peers that speak to it byte by byte.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anjie::edge::Edge;
use anjie::limits::Limits;
use anjie::web::serving;
use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything here may take.
pub const LONG: Duration = Duration::from_secs(5);

/// The limits of the program with times that a test can wait for.
pub fn impatient() -> Limits {
    let short = Duration::from_millis(300);
    Limits {
        header: short,
        body: short,
        answer: short,
        request: short,
        upload: 2 * short,
        stop: 2 * short,
        ..Limits::PRODUCTION
    }
}

/// A router that is being served.
pub struct Served {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Served {
    pub async fn start(router: Router, edge: Edge) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let serving =
            tokio::spawn(async move { serving::serve(listener, router, &edge, stopped).await });
        Self { address, stop: Some(stop), serving }
    }

    /// Told to stop; how long that took.
    pub async fn stop(mut self) -> Duration {
        let told = Instant::now();
        self.tell();
        timeout(LONG, self.serving).await.unwrap().unwrap();
        told.elapsed()
    }

    pub fn tell(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// From another address of this machine.
    pub async fn connect_from(&self, from: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// Sends these bytes on a connection of their own, and reads to its end.
    pub async fn say(&self, bytes: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_bytes()).await.unwrap();
        heard(&mut stream).await
    }

    /// The status line of a page that is asked for on a connection of its own.
    pub async fn get(&self, path: &str) -> String {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        self.say(&request).await.lines().next().unwrap_or_default().to_owned()
    }
}

/// All that comes until the other side closes; a reset is an end too.
pub async fn heard(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("the connection stays open");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The next answer, its body apart.
pub async fn answered(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 4096];
    let read = timeout(LONG, stream.read(&mut bytes)).await.unwrap().unwrap();
    String::from_utf8_lossy(&bytes[..read]).lines().next().unwrap_or_default().to_owned()
}
