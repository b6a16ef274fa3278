//! Where the server listens, and by which names it may be asked for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};

use super::guard::Hosts;

/// The port that is tried first where none is asked for.
const FIRST_PORT: u16 = 8000;

/// How many ports are tried from it on.
const TRIED: u16 = 20;

/// Where a user wants the server to listen.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// An address or a name of this machine; the loopback address where absent.
    pub host: Option<String>,
    /// A port; 0 is any.
    pub port: Option<u16>,
    /// Further names the server may be asked for by: those a proxy before it has.
    pub names: Vec<String>,
}

/// Why nothing can listen there.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has the port.
    #[error("port {port} of {host} is in use")]
    PortInUse {
        /// The address.
        host: String,
        /// The port.
        port: u16,
    },
    /// All ports that were tried are in use.
    #[error("ports {first} to {last} of {host} are in use")]
    PortsInUse {
        /// The address.
        host: String,
        /// The first of them.
        first: u16,
        /// The last.
        last: u16,
    },
    /// The name is of no address.
    #[error("there is no address for `{host}`: {source}")]
    UnknownHost {
        /// The name.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// The system refused.
    #[error("cannot listen at {address}: {source}")]
    Io {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// A socket that listens.
#[derive(Debug)]
pub struct Listener {
    inner: TcpListener,
    address: SocketAddr,
    hosts: Hosts,
}

impl Listener {
    /// Begins to listen. Where no port is asked for, the first free one from 8000 on is taken.
    ///
    /// # Errors
    /// If the port is in use, the host unknown, or the system refuses.
    pub fn bind(wanted: &Wanted) -> Result<Self, BindError> {
        let ip = match &wanted.host {
            Some(host) => resolved(host)?,
            None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let inner = match wanted.port {
            Some(port) => bound(ip, port)?.ok_or_else(|| BindError::PortInUse { host: ip.to_string(), port })?,
            None => first_free(ip)?,
        };
        let failed = |source| BindError::Io { address: SocketAddr::new(ip, 0), source };
        let address = inner.local_addr().map_err(failed)?;
        inner.set_nonblocking(true).map_err(failed)?;
        let hosts = Hosts::new(ip, wanted.host.iter().chain(&wanted.names));
        Ok(Self { inner, address, hosts })
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// The address to open in a browser on this machine.
    pub fn url(&self) -> String {
        let port = self.address.port();
        match self.address.ip() {
            ip if ip.is_unspecified() => format!("http://localhost:{port}"),
            IpAddr::V4(ip) => format!("http://{ip}:{port}"),
            IpAddr::V6(ip) => format!("http://[{ip}]:{port}"),
        }
    }

    pub(super) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    pub(super) fn into_inner(self) -> TcpListener {
        self.inner
    }
}

fn resolved(host: &str) -> Result<IpAddr, BindError> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(ip) = bare.parse() {
        return Ok(ip);
    }
    let unknown = |source| BindError::UnknownHost { host: host.to_owned(), source };
    let mut addresses = (host, 0).to_socket_addrs().map_err(unknown)?;
    let none = || unknown(io::Error::from(io::ErrorKind::NotFound));
    addresses.next().map(|address| address.ip()).ok_or_else(none)
}

/// A socket at this port; none if another program has it.
fn bound(ip: IpAddr, port: u16) -> Result<Option<TcpListener>, BindError> {
    let address = SocketAddr::new(ip, port);
    match TcpListener::bind(address) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
        Err(source) => Err(BindError::Io { address, source }),
    }
}

fn first_free(ip: IpAddr) -> Result<TcpListener, BindError> {
    let last = FIRST_PORT + TRIED - 1;
    for port in FIRST_PORT..=last {
        if let Some(listener) = bound(ip, port)? {
            return Ok(listener);
        }
    }
    Err(BindError::PortsInUse { host: ip.to_string(), first: FIRST_PORT, last })
}
