//! The process type `web`: from the config to the last answered request.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::config::{Config, Release};
use crate::shutdown::{self, Phase, Signals};
use crate::{http, logs};

pub fn run(config: Config, release: Release) -> io::Result<()> {
    logs::start(&config);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(config, release))
}

async fn serve(config: Config, release: Release) -> io::Result<()> {
    let signals = Signals::listen()?;
    let (phase, mut closed) = watch::channel(Phase::Ready);
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, config.port));
    let listener = TcpListener::bind(address).await.map_err(|cause| {
        io::Error::new(cause.kind(), format!("cannot listen on {address}: {cause}"))
    })?;
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
