//! The process type `web`: from the config to the last answered request.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use listenfd::ListenFd;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::config::{Config, Release};
use crate::http;
use crate::shutdown::{self, Phase, Signals};

pub fn run(config: Config, release: Release) -> io::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(config, release))
}

async fn serve(config: Config, release: Release) -> io::Result<()> {
    let signals = Signals::listen()?;
    let (phase, mut closed) = watch::channel(Phase::Ready);
    let listener = listen(config.port).await?;
    let port = listener.local_addr()?.port();
    tracing::info!(port, release = release.id, "listening");

    let router = http::router(config.greeting, release, phase.subscribe());
    let server = axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            let _ = closed.wait_for(|phase| *phase == Phase::Closed).await;
        })
        .into_future();
    let server = tokio::spawn(server);

    let delay = Duration::from_secs(config.drain_delay_seconds);
    shutdown::lead(&phase, signals, delay).await;
    match timeout(Duration::from_secs(config.drain_timeout_seconds), server).await {
        Ok(_) => tracing::info!("drained"),
        Err(_) => tracing::warn!("the drain timeout has passed, requests in flight are cut off"),
    }
    Ok(())
}

/// The socket that a supervisor hands over (LISTEN_FDS), else a port of our own on all addresses.
async fn listen(port: u16) -> io::Result<TcpListener> {
    if let Some(listener) = ListenFd::from_env().take_tcp_listener(0)? {
        listener.set_nonblocking(true)?;
        return TcpListener::from_std(listener);
    }
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let failed = |cause: io::Error| {
        io::Error::new(cause.kind(), format!("cannot listen on {address}: {cause}"))
    };
    TcpListener::bind(address).await.map_err(failed)
}
