//! The one backing service: PostgreSQL, attached by DATABASE_URL alone. A service starts without it, says at /readyz
//! that it is not ready, and goes on when it is there.

use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::config::Database;

/// The migrations of `migrations/`, inside the program.
static MIGRATIONS: Migrator = sqlx::migrate!();

/// A pool of connections that are opened when they are needed.
pub fn pool(config: &Database) -> Result<PgPool, sqlx::Error> {
    let options: PgConnectOptions = config.url.expose_secret().parse()?;
    let options = options.application_name(env!("CARGO_PKG_NAME"));
    Ok(PgPoolOptions::new()
        .max_connections(config.connections)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options))
}

/// Brings the schema up to this release. Two at once wait for each other; what was applied is not applied again.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::Error> {
    MIGRATIONS.run(pool).await?;
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max();
    tracing::info!(newest, "migrated");
    Ok(())
}

/// Whether the database answers and has every migration that this release needs.
pub async fn is_ready(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let needed = MIGRATIONS.iter().map(|migration| migration.version).max();
    let applied: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
            .fetch_one(pool)
            .await?;
    Ok(applied >= needed)
}
