//! Answers the browsers until it is told to stop.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use anjie::jobs::schedule::Schedule;
use anjie::limits::pool;
use anjie::store::Db;
use anjie::web::{self, App, serving};

/// Binds the address, or says who has it and what to do.
pub async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!(
            "The address {listen} can't be listened on; another program may be using it. \
             Choose another with --listen, for example --listen 127.0.0.1:{}",
            listen.port().wrapping_add(1).max(1024)
        )
    })
}

/// Serves until Ctrl-C or SIGTERM; requests under way are finished, as long as they take no longer
/// than the limits allow. `working` is for what the clock starts, which takes longer than a page may.
pub async fn serve(listener: TcpListener, app: App, working: Db) {
    let (db, clock, edge) = (app.db.clone(), app.clock, app.edge.clone());
    let (router, _) = web::router(app);
    tokio::select! {
        () = serving::serve(listener, router, &edge, stopped()) => {}
        never = Schedule::run(&working, clock) => match never {},
    }
    let closed = async { tokio::join!(db.close(), working.close()) };
    if tokio::time::timeout(pool::CLOSE, closed).await.is_err() {
        tracing::warn!("the database still worked for requests that were cut");
    }
}

/// Ends when the process is asked to stop.
pub async fn stopped() {
    let Ok(mut asked) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = asked.recv() => {}
    }
}
