//! What is logged, caught for a test to read.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use tracing::dispatcher::{self, DefaultGuard, Dispatch};
use tracing_subscriber::fmt::MakeWriter;

/// What was logged.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens on this thread until the guard is dropped, as the program itself would write its log.
    pub fn listen() -> (Self, DefaultGuard) {
        let (log, listener) = Self::new();
        (log, dispatcher::set_default(&listener))
    }

    /// A log, and who writes it.
    pub fn new() -> (Self, Dispatch) {
        // With one listener alone, whether a line is written is asked of the thread that comes to it
        // first, which may be another test's; with two each listener is asked.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        let log = Self::default();
        SECOND.get_or_init(|| log.listener());
        let listener = log.listener();
        (log, listener)
    }

    fn listener(&self) -> Dispatch {
        tracing_subscriber::fmt().with_writer(self.clone()).with_ansi(false).finish().into()
    }

    /// All of it.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Line by line.
    pub fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
