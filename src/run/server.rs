//! Answers the browsers until it is told to stop.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use anjie::clock::Clock;
use anjie::store::{Db, drafts};
use anjie::web::{self, App};

const EVERY: Duration = Duration::from_secs(3600);

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
    let sweeping = tokio::spawn(sweep(db.clone(), app.clock.clone()));
    let (router, _) = web::router(app);
    axum::serve(listener, router).with_graceful_shutdown(stopped()).await?;
    sweeping.abort();
    db.close().await;
    Ok(())
}

/// At the start and every hour: what is kept for a while only goes.
async fn sweep(db: Db, clock: Clock) {
    let mut hours = tokio::time::interval(EVERY);
    loop {
        hours.tick().await;
        if let Err(error) = drafts::sweep(&db, clock.now()).await {
            tracing::warn!(%error, "old drafts were not thrown away; trying again in an hour");
        }
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
