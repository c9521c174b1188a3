//! Who is connected, and who makes room when the house is full.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::edge::Edge;
use crate::limits::Limits;

/// All connections.
pub struct Seats {
    edge: Edge,
    opened: Instant,
    next: AtomicU64,
    taken: Mutex<HashMap<u64, Weak<Seat>>>,
}

/// One connection. Its place is free when it is dropped.
pub struct Seat {
    number: u64,
    network: IpAddr,
    /// Requests that are being worked on or answered.
    busy: AtomicUsize,
    /// Whether the peer doesn't take what is written.
    stuck: AtomicBool,
    /// Since when there is no request, in milliseconds of the house.
    waits_since: AtomicU64,
    given_up: Notify,
    house: Arc<Seats>,
}

/// Held as long as a request is in flight.
pub struct Busy(Arc<Seat>);

impl Seats {
    pub fn new(edge: Edge) -> Self {
        let (next, taken) = (AtomicU64::new(0), Mutex::default());
        Self { edge, opened: Instant::now(), next, taken }
    }

    /// A place for a peer. When all are taken, the connection that has waited longest without a
    /// request makes room: a browser opens another when it wants something, and one that only
    /// holds its place has no claim to it. Nobody makes room in the middle of a request.
    pub fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Arc<Seat>> {
        let peer = peer.to_canonical();
        let (network, limits) = (network_of(peer), &self.edge.limits);
        // Taken out of the lock: the last hold on a seat that ends meanwhile asks for it.
        let seats: Vec<_> = self.lock().values().filter_map(Weak::upgrade).collect();
        let crowded = !self.edge.proxies.include(peer)
            && seats.iter().filter(|it| it.network == network).count() >= limits.per_address;
        if crowded || seats.len() >= limits.connections {
            let could = |it: &&Arc<Seat>| (!crowded || it.network == network) && it.waits();
            let since = |it: &&Arc<Seat>| it.waits_since.load(Ordering::Relaxed);
            let leaves = seats.iter().filter(could).min_by_key(since)?;
            self.lock().remove(&leaves.number);
            leaves.given_up.notify_one();
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let seat = Arc::new(Seat {
            number,
            network,
            busy: AtomicUsize::new(0),
            stuck: AtomicBool::new(false),
            waits_since: AtomicU64::new(self.now()),
            given_up: Notify::new(),
            house: Arc::clone(self),
        });
        self.lock().insert(number, Arc::downgrade(&seat));
        Some(seat)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Weak<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// One IPv4 address, or the /64 that an IPv6 subscriber has to himself.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

impl Seat {
    pub fn limits(&self) -> Limits {
        self.house.edge.limits
    }

    /// Marks the place as one where a request is worked on.
    pub fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(self))
    }

    /// Says whether what is written goes out.
    pub fn set_stuck(&self, stuck: bool) {
        self.stuck.store(stuck, Ordering::Relaxed);
    }

    /// Whether neither a request nor an answer is under way.
    pub fn waits(&self) -> bool {
        self.busy.load(Ordering::Relaxed) == 0 && !self.stuck.load(Ordering::Relaxed)
    }

    /// Ends when someone else needs the place.
    pub async fn given_up(&self) {
        self.given_up.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.house.lock().remove(&self.number);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.waits_since.store(self.0.house.now(), Ordering::Relaxed);
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}
