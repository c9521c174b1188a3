//! Reads one workbook at a time, on a thread of its own, and doesn't wait for it for ever.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Unreadable, Workbook, read};

/// Two large workbooks never share the memory.
static TURN: Semaphore = Semaphore::const_new(1);
/// A workbook within its bounds is read in a second or two; whoever sent one is told in time.
const PATIENCE: Duration = Duration::from_secs(8);

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("文件读取时间过长，请拆成几个文件后再导入")]
    TooSlow,
}

/// Reads a workbook apart from the threads that answer requests. The turn is given back when the
/// work ends, not when the patience does.
pub async fn read_apart(bytes: Vec<u8>) -> Result<Workbook, NotRead> {
    let work = async {
        let turn = TURN.acquire().await.map_err(|_| NotRead::TooSlow)?;
        let reading = spawn_blocking(move || {
            let book = read(&bytes);
            drop(turn);
            book
        });
        // A file that the reader breaks off at is none.
        Ok(reading.await.unwrap_or(Err(Unreadable::NotAWorkbook))?)
    };
    timeout(PATIENCE, work).await.unwrap_or(Err(NotRead::TooSlow))
}
