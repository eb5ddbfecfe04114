//! What the service answers.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::sync::watch;
use tracing::Instrument;

use crate::config::Release;
use crate::shutdown::Phase;
use crate::{database, queue};

struct Service {
    pool: PgPool,
    release: Release,
    phase: watch::Receiver<Phase>,
}

pub fn router(pool: PgPool, release: Release, phase: watch::Receiver<Phase>) -> Router {
    let service = Service {
        pool,
        release,
        phase,
    };
    Router::new()
        .route("/jobs", post(add_job))
        .route("/jobs/{id}", get(job))
        .route_layer(middleware::from_fn(log))
        .route("/livez", get(StatusCode::OK))
        .route("/readyz", get(readyz))
        .route("/version", get(version))
        .with_state(Arc::new(service))
}

/// What went wrong. The caller is told that something did; what it was stands in the log.
struct Failure(sqlx::Error);

#[derive(Deserialize)]
struct NewJob {
    kind: String,
    payload: String,
}

async fn add_job(
    State(service): State<Arc<Service>>,
    Json(job): Json<NewJob>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let id = queue::add(&service.pool, &job.kind, &job.payload).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": id }))))
}

async fn job(
    State(service): State<Arc<Service>>,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let Some(status) = queue::status(&service.pool, id).await? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let body =
        json!({ "id": id, "done": status.done, "failed": status.failed, "error": status.error });
    Ok(Json(body).into_response())
}

async fn readyz(State(service): State<Arc<Service>>) -> StatusCode {
    if *service.phase.borrow() != Phase::Ready {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match database::is_ready(&service.pool).await {
        Ok(true) => StatusCode::OK,
        Ok(false) => {
            tracing::warn!("the database lacks a migration");
            StatusCode::SERVICE_UNAVAILABLE
        }
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            StatusCode::SERVICE_UNAVAILABLE
        }
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

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        tracing::error!(error = %self.0, "the database failed");
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}
