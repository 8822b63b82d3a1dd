//! A serial line with a controller at its end.

use rustix::fs::{Mode, OFlags};
use rustix::termios::{self, ControlModes, OptionalActions, QueueSelector};
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// An open serial line: raw bytes, 8 data bits, no parity, one stop bit, hardware flow control (as H4 asks for).
pub struct Uart {
    fd: AsyncFd<OwnedFd>,
}

impl Uart {
    /// Opens `device` at `baud` bits a second and forgets what waits in its buffers.
    pub fn open(device: &str, baud: u32) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = rustix::fs::open(device, flags, Mode::empty())?;
        let mut line = termios::tcgetattr(&fd)?;
        line.make_raw();
        line.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD | ControlModes::CRTSCTS;
        line.control_modes &= !ControlModes::CSTOPB;
        line.set_speed(baud)?;
        termios::tcsetattr(&fd, OptionalActions::Now, &line)?;
        termios::tcflush(&fd, QueueSelector::IOFlush)?;
        #[expect(
            deprecated,
            reason = "unsound only for what may change its descriptor; an OwnedFd keeps its own"
        )]
        let fd = AsyncFd::new(fd)?;
        Ok(Self { fd })
    }
}

impl AsyncRead for Uart {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut guard = ready!(self.fd.poll_read_ready(cx))?;
            let space = buf.initialize_unfilled();
            match guard.try_io(|fd| Ok(rustix::io::read(fd, &mut *space)?)) {
                Ok(read) => return Poll::Ready(read.map(|n| buf.advance(n))),
                Err(_would_block) => continue,
            }
        }
    }
}

impl AsyncWrite for Uart {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut guard = ready!(self.fd.poll_write_ready(cx))?;
            match guard.try_io(|fd| Ok(rustix::io::write(fd, bytes)?)) {
                Ok(written) => return Poll::Ready(written),
                Err(_would_block) => continue,
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A pseudo terminal would turn newlines round, end at Ctrl-D and stop at Ctrl-S; a raw line does nothing of the kind.
    #[tokio::test]
    async fn every_byte_passes_unchanged_both_ways() {
        let far = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&far).unwrap();
        unlockpt(&far).unwrap();
        let name = ptsname(&far, Vec::new()).unwrap().into_string().unwrap();
        let mut near = Uart::open(&name, 921_600).unwrap();
        let all: Vec<u8> = (0..=255).collect();

        rustix::io::write(&far, &all).unwrap();
        let mut got = vec![0; 256];
        near.read_exact(&mut got).await.unwrap();
        assert_eq!(got, all);

        near.write_all(&all).await.unwrap();
        let mut got = Vec::new();
        while got.len() < 256 {
            let mut piece = [0; 256];
            let n = rustix::io::read(&far, &mut piece).unwrap();
            got.extend_from_slice(&piece[..n]);
        }
        assert_eq!(got, all);
    }
}
