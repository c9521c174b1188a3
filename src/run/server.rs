//! Answers the browsers until it is told to stop.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use anjie::clock::Clock;
use anjie::config::Settings;
use anjie::jobs::schedule::Schedule;
use anjie::jobs::watch::Watch;
use anjie::limits::pool;
use anjie::store::form::check_form;
use anjie::store::roles::check_server;
use anjie::store::{Db, StoreError, key_check};
use anjie::web::{self, App, serving};

use super::Watching;
use super::place::Place;

/// Attempts from one line of the log to the next.
const SAID_EVERY: u32 = 30;

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
/// than the limits allow. The second database is for what the clock starts, which takes longer than a
/// page may.
pub async fn serve(listener: TcpListener, app: App, (watch, working): (Watch, Db)) {
    let (db, clock, edge) = (app.db.clone(), app.clock, app.edge.clone());
    let (router, _) = web::router(app);
    tokio::select! {
        () = serving::serve(listener, router, &edge, stopped()) => {}
        never = Schedule::run(&working, clock, watch.anchors.as_deref()) => match never {},
        never = watch.run() => match never {},
    }
    leave(Some(&watch), (&db, &working)).await;
}

async fn leave(watch: Option<&Watch>, (db, working): (&Db, &Db)) {
    if let Some(watch) = watch
        && tokio::time::timeout(pool::CLOSE, watch.end()).await.is_err()
    {
        tracing::warn!("the stop left no trace in the audit in time");
    }
    let closed = async { tokio::join!(db.close(), working.close()) };
    if tokio::time::timeout(pool::CLOSE, closed).await.is_err() {
        tracing::warn!("the database still worked for requests that were cut");
    }
}

/// The same for a database that may come later: until it does, every page says so. A database that
/// must not be served, or can't be, ends the program.
pub async fn serve_once_open(
    listener: TcpListener,
    place: &Place,
    (settings, watching): (&Settings, &Watching),
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let app = super::app_of(String::new(), place.db(), settings);
    let (site, edge) = (Arc::new(OnceLock::new()), app.edge.clone());
    let (watch, works) = (OnceLock::new(), place.working());
    let router = web::once_open(Arc::clone(&site), app.clone());
    let working = async {
        let app = opened(place, &app.db, settings).await?;
        let clock = app.clock;
        let begun = watching.begin(&app, settings).await?;
        let watch = watch.get_or_init(|| begun);
        site.get_or_init(|| web::router(app).0);
        super::say(&format!("Serving on http://{address}"));
        tokio::select! {
            never = Schedule::run(&works, clock, watch.anchors.as_deref()) => match never {},
            never = watch.run() => match never {},
        }
    };
    let ended: anyhow::Result<()> = tokio::select! {
        () = serving::serve(listener, router, &edge, stopped()) => Ok(()),
        failed = working => failed,
    };
    leave(watch.get(), (&app.db, &works)).await;
    ended
}

/// Waits until the database is there, and has a look at it.
async fn opened(place: &Place, db: &Db, settings: &Settings) -> anyhow::Result<App> {
    let mut tries: u32 = 0;
    loop {
        let waits_for = match examined(place, db).await {
            Ok(()) => return super::app(db.clone(), settings).await,
            Err(Unfit::Store(error)) if error.is_passing() => anyhow::Error::new(error),
            Err(refused) => return Err(refused.into()),
        };
        if tries.is_multiple_of(SAID_EVERY) {
            tracing::warn!("waiting, with a page that says so: {waits_for:#}");
        }
        tries = tries.wrapping_add(1);
        tokio::time::sleep(pool::RETRY).await;
    }
}

/// Why a database is not served.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("Not serving as this database role: {0}.")]
    Role(&'static str),
    #[error("{0}.")]
    Key(key_check::WrongKey),
    #[error("Not serving this database")]
    Store(#[from] StoreError),
}

async fn examined(place: &Place, db: &Db) -> Result<(), Unfit> {
    check_form(place.app()).await?;
    check_server(place.app()).await?.map_err(|why| Unfit::Role(why.0))?;
    key_check::check(db, Clock::system().now()).await?.map_err(Unfit::Key)
}

/// Ends when the process is asked to stop.
pub async fn stopped() {
    let Ok(mut asked) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = asked.recv() => {}
    }
}
