//! A network between nodes and database that can fail: a proxy on loopback.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What it does to what passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Weather {
    /// It passes.
    Fair,
    /// Nothing arrives, and nobody is told.
    Dropping,
    /// Everything arrives late.
    Slow,
}

/// The proxy. Its threads end with the test program.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    target: Mutex<SocketAddr>,
    weather: AtomicU8,
    /// Connections are refused.
    down: AtomicBool,
    pairs: Mutex<Vec<[TcpStream; 2]>>,
}

impl Proxy {
    /// In front of a server.
    pub fn before(target: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            weather: AtomicU8::new(Weather::Fair as u8),
            down: AtomicBool::new(false),
            pairs: Mutex::default(),
        });
        let accepting = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                accepting.join(stream);
            }
        });
        Proxy { address, shared }
    }

    /// From now on.
    pub fn weather(&self, weather: Weather) {
        self.shared.weather.store(weather as u8, Ordering::Relaxed);
    }

    /// Breaks every connection; new ones are refused until `up`.
    pub fn cut(&self) {
        self.shared.down.store(true, Ordering::Relaxed);
        for pair in self.shared.pairs.lock().unwrap().drain(..) {
            pair.iter().for_each(|end| drop(end.shutdown(Shutdown::Both)));
        }
    }

    /// Ends one direction of every connection: what the database says still arrives, and the nodes are not heard any more.
    pub fn half_close(&self) {
        for [_, database] in self.shared.pairs.lock().unwrap().drain(..) {
            let _ = database.shutdown(Shutdown::Write);
        }
    }

    /// Connections lead here from now on, and are taken again.
    pub fn up(&self, target: SocketAddr) {
        *self.shared.target.lock().unwrap() = target;
        self.weather(Weather::Fair);
        self.shared.down.store(false, Ordering::Relaxed);
    }
}

/// Fifty runs in one process would keep all their connections otherwise.
impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}

impl Shared {
    fn join(self: &Arc<Self>, node: TcpStream) {
        let target = *self.target.lock().unwrap();
        if self.down.load(Ordering::Relaxed) {
            return;
        }
        let Ok(database) = TcpStream::connect(target) else { return };
        for end in [&node, &database] {
            let _ = end.set_nodelay(true);
        }
        let twin = |stream: &TcpStream| stream.try_clone().unwrap();
        for (from, to) in [(twin(&node), twin(&database)), (twin(&database), twin(&node))] {
            let shared = self.clone();
            thread::spawn(move || shared.pass(from, to));
        }
        self.pairs.lock().unwrap().push([node, database]);
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = [0; 16 * 1024];
        loop {
            let count = match from.read(&mut bytes) {
                Ok(count) if count > 0 => count,
                _ => break,
            };
            let weather = |kind: Weather| self.weather.load(Ordering::Relaxed) == kind as u8;
            if weather(Weather::Slow) {
                thread::sleep(Duration::from_millis(200));
            }
            // Packets are sent again until the network is back: what was on its way arrives then, if anybody still waits.
            while weather(Weather::Dropping) {
                thread::sleep(Duration::from_millis(20));
            }
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    }
}
