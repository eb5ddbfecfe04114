//! What the service answers.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tracing::Instrument;

use crate::config::Release;
use crate::shutdown::Phase;

struct Service {
    greeting: String,
    release: Release,
    phase: watch::Receiver<Phase>,
}

pub fn router(greeting: String, release: Release, phase: watch::Receiver<Phase>) -> Router {
    let service = Service {
        greeting,
        release,
        phase,
    };
    Router::new()
        .route("/", get(greet_the_world).post(greet))
        .route_layer(middleware::from_fn(log))
        .route("/livez", get(StatusCode::OK))
        .route("/readyz", get(readyz))
        .route("/version", get(version))
        .with_state(Arc::new(service))
}

async fn greet_the_world(State(service): State<Arc<Service>>) -> Json<Value> {
    Json(json!({ "message": format!("{}, world!", service.greeting) }))
}

#[derive(Deserialize)]
struct Guest {
    name: String,
}

async fn greet(State(service): State<Arc<Service>>, Json(guest): Json<Guest>) -> Json<Value> {
    Json(json!({ "message": format!("{}, {}!", service.greeting, guest.name) }))
}

async fn readyz(State(service): State<Arc<Service>>) -> StatusCode {
    match *service.phase.borrow() {
        Phase::Ready => StatusCode::OK,
        Phase::Leaving | Phase::Closed => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn version(State(service): State<Arc<Service>>) -> Json<Value> {
    let release = &service.release;
    Json(json!({
        "name": env!("CARGO_PKG_NAME"),
        "release": release.id,
        "version": release.version,
        "commit": release.commit,
    }))
}

/// One span and one line for each request that is not the platform's own.
async fn log(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let (method, path) = (request.method(), request.uri().path());
    let span = tracing::info_span!("request", %method, path);
    let response = next.run(request).instrument(span.clone()).await;
    let milliseconds = start.elapsed().as_millis() as u64;
    let status = response.status().as_u16();
    span.in_scope(|| tracing::info!(status, milliseconds, "request"));
    response
}
