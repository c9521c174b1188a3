//! Answers the browsers until it is told to stop.

use std::future::IntoFuture;
use std::net::SocketAddr;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use anjie::jobs::sweep;
use anjie::web::{self, App};

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

/// Serves until Ctrl-C or SIGTERM; requests under way are finished.
pub async fn serve(listener: TcpListener, app: App) -> anyhow::Result<()> {
    let db = app.db.clone();
    let clock = app.clock;
    let (router, _) = web::router(app);
    let serving = axum::serve(listener, router).with_graceful_shutdown(stopped());
    tokio::select! {
        served = serving.into_future() => served?,
        never = sweep::run(&db, clock) => match never {},
    }
    db.close().await;
    Ok(())
}

/// Ends when the process is asked to stop.
pub async fn stopped() {
    let Ok(mut asked) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = asked.recv() => {}
    }
}
