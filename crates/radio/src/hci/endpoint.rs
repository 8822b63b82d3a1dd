//! Where the controller is, and the bytes from and to it.

use crate::RadioError;
use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Bytes both ways, whatever carries them.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where the controller is. Parsed from `tcp:HOST:PORT`, `uart:DEVICE`, `uart:DEVICE:BAUD` or `linux:NUMBER`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// H4 over TCP: a virtual controller, or one behind a bridge.
    Tcp(String),
    /// H4 over a serial line.
    Uart {
        /// The line's device file.
        device: String,
        /// Bits a second.
        baud: u32,
    },
    /// Adapter `hciN` of a Linux machine, taken over whole (user channel). It must be down, and the program needs
    /// CAP_NET_ADMIN.
    Linux(u16),
}

/// What most controllers start with.
const DEFAULT_BAUD: u32 = 115_200;
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

impl FromStr for Endpoint {
    type Err = RadioError;

    fn from_str(given: &str) -> Result<Self, RadioError> {
        let wrong = || RadioError::Endpoint { given: given.to_owned() };
        let (kind, rest) = given.split_once(':').ok_or_else(wrong)?;
        match kind {
            "tcp" => {
                let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
                match port.parse::<u16>() {
                    Ok(port) if !host.is_empty() && port != 0 => Ok(Endpoint::Tcp(rest.to_owned())),
                    _ => Err(wrong()),
                }
            }
            "uart" => {
                let (device, baud) = match rest.rsplit_once(':') {
                    Some((device, baud)) => (device, baud.parse().map_err(|_| wrong())?),
                    None => (rest, DEFAULT_BAUD),
                };
                if device.is_empty() || baud == 0 {
                    return Err(wrong());
                }
                Ok(Endpoint::Uart { device: device.to_owned(), baud })
            }
            "linux" => rest.parse().map(Endpoint::Linux).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Tcp(address) => write!(f, "tcp:{address}"),
            Endpoint::Uart { device, baud } => write!(f, "uart:{device}:{baud}"),
            Endpoint::Linux(number) => write!(f, "linux:{number}"),
        }
    }
}

impl Endpoint {
    /// Opens it.
    pub async fn open(&self) -> Result<Box<dyn Stream>, RadioError> {
        self.try_open().await.map_err(|e| RadioError::Unreachable {
            endpoint: self.to_string(),
            reason: match (self, e.kind()) {
                (Endpoint::Linux(n), io::ErrorKind::ResourceBusy) => {
                    format!("{e}: another program has it; take it down with `hciconfig hci{n} down`")
                }
                (Endpoint::Linux(_), io::ErrorKind::PermissionDenied) => {
                    format!("{e}: it needs root or CAP_NET_ADMIN")
                }
                _ => e.to_string(),
            },
        })
    }

    async fn try_open(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Endpoint::Tcp(address) => {
                let stream = tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect(address))
                    .await
                    .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
                stream.set_nodelay(true)?; // a command waits for its answer
                Ok(Box::new(stream))
            }
            Endpoint::Uart { device, baud } => Ok(Box::new(super::uart::Uart::open(device, *baud)?)),
            #[cfg(target_os = "linux")]
            Endpoint::Linux(number) => Ok(Box::new(bt_hci_linux::Socket::new(*number)?)),
            #[cfg(not(target_os = "linux"))]
            Endpoint::Linux(_) => {
                Err(io::Error::new(io::ErrorKind::Unsupported, "only Linux has user channels"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_read_and_print() {
        for (given, meant) in [
            ("tcp:127.0.0.1:9000", Endpoint::Tcp("127.0.0.1:9000".into())),
            ("tcp:[::1]:9000", Endpoint::Tcp("[::1]:9000".into())),
            ("uart:/dev/ttyS1:921600", Endpoint::Uart { device: "/dev/ttyS1".into(), baud: 921_600 }),
            ("linux:0", Endpoint::Linux(0)),
        ] {
            assert_eq!(given.parse(), Ok(meant.clone()));
            assert_eq!(meant.to_string(), given);
        }
        assert_eq!("uart:/dev/ttyS1".parse::<Endpoint>().unwrap().to_string(), "uart:/dev/ttyS1:115200");
    }

    #[test]
    fn other_texts_are_refused_with_what_to_give() {
        for given in [
            "",
            "air",
            "tcp",
            "tcp:host",
            "tcp:host:0",
            "tcp::9",
            "tcp:h:x",
            "uart:",
            "uart:/dev/x:y",
            "linux:x",
        ] {
            let error = given.parse::<Endpoint>().unwrap_err();
            assert!(error.to_string().contains("tcp:HOST:PORT"), "{given}: {error}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_says_so() {
        for given in ["uart:/nowhere/tty", "tcp:127.0.0.1:1", "linux:250"] {
            let endpoint: Endpoint = given.parse().unwrap();
            let error = endpoint.open().await.map(|_| ()).unwrap_err();
            assert!(matches!(error, RadioError::Unreachable { .. }), "{error}");
            assert!(error.to_string().contains(&endpoint.to_string()), "{error}");
        }
    }
}
