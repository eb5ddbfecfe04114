//! A queue in the database. A worker takes a job by locking its row (`FOR UPDATE SKIP LOCKED`) and holds that
//! transaction until the job is done.
//!
//! What a job writes through its transaction is done exactly once: it is committed together with `done_at`, or not at
//! all. What a job does elsewhere (a mail, a request) is done at least once, since a worker may die between that and
//! the commit. A worker that dies, by `kill -9` too, holds no lock any more: the next one takes the job at once.

use sqlx::{PgPool, PgTransaction, Row};

/// How often a job is begun before it counts as failed.
const MOST_ATTEMPTS: i64 = 5;

/// A job that is ours until its transaction ends.
pub struct Job {
    pub id: i64,
    pub kind: String,
    pub payload: String,
    attempt: i64,
    pub transaction: PgTransaction<'static>,
}

/// What became of a job.
pub struct Status {
    pub done: bool,
    pub failed: bool,
    pub error: Option<String>,
}

pub async fn add(pool: &PgPool, kind: &str, payload: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("INSERT INTO jobs (kind, payload) VALUES ($1, $2) RETURNING id")
        .bind(kind)
        .bind(payload)
        .fetch_one(pool)
        .await
}

pub async fn status(pool: &PgPool, id: i64) -> Result<Option<Status>, sqlx::Error> {
    let row = sqlx::query("SELECT done_at IS NOT NULL AS done, failed_at IS NOT NULL AS failed, error FROM jobs WHERE id = $1")
        .bind(id)
        .fetch_optional(pool)
        .await?;
    row.map(|row| {
        Ok(Status {
            done: row.try_get("done")?,
            failed: row.try_get("failed")?,
            error: row.try_get("error")?,
        })
    })
    .transpose()
}

/// The oldest job that is due and that nobody else has.
pub async fn take(pool: &PgPool) -> Result<Option<Job>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let row = sqlx::query(
        "SELECT id, kind, payload FROM jobs
         WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= now()
         ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id: i64 = row.try_get("id")?;
    let attempt = sqlx::query_scalar("INSERT INTO attempts (job) VALUES ($1) RETURNING id")
        .bind(id)
        .fetch_one(pool)
        .await?;
    // Up to here the job's own writes are taken back; the lock stays.
    sqlx::query("SAVEPOINT work")
        .execute(&mut *transaction)
        .await?;
    Ok(Some(Job {
        id,
        kind: row.try_get("kind")?,
        payload: row.try_get("payload")?,
        attempt,
        transaction,
    }))
}

impl Job {
    /// Commits what the job has written, and that it is done.
    pub async fn finish(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE jobs SET done_at = now(), error = NULL WHERE id = $1")
            .bind(self.id)
            .execute(&mut *self.transaction)
            .await?;
        self.transaction.commit().await
    }

    /// Takes back what the job has written, and lets another worker have it. This attempt does not count.
    pub async fn give_back(self, pool: &PgPool) -> Result<(), sqlx::Error> {
        self.transaction.rollback().await?;
        sqlx::query("DELETE FROM attempts WHERE id = $1")
            .bind(self.attempt)
            .execute(pool)
            .await?;
        Ok(())
    }

    /// Takes back what the job has written. It is tried again later, each time later, and given up after the last.
    pub async fn fail(mut self, error: &str) -> Result<(), sqlx::Error> {
        sqlx::query("ROLLBACK TO SAVEPOINT work")
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query(
            "UPDATE jobs SET error = $2,
                 run_at = now() + interval '1 second' * power(4, tried.times),
                 failed_at = CASE WHEN tried.times >= $3 THEN now() END
             FROM (SELECT count(*) AS times FROM attempts WHERE job = $1) AS tried
             WHERE id = $1",
        )
        .bind(self.id)
        .bind(error)
        .bind(MOST_ATTEMPTS)
        .execute(&mut *self.transaction)
        .await?;
        self.transaction.commit().await
    }
}

/// Gives up jobs whose workers died too often: such a job may be what kills them.
pub async fn give_up(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let given_up = sqlx::query(
        "UPDATE jobs SET failed_at = now(), error = coalesce(error, 'its worker died, again and again')
         WHERE id IN (
             SELECT id FROM jobs
             WHERE done_at IS NULL AND failed_at IS NULL
               AND (SELECT count(*) FROM attempts WHERE job = jobs.id) >= $1
             FOR UPDATE SKIP LOCKED)",
    )
    .bind(MOST_ATTEMPTS)
    .execute(pool)
    .await?;
    Ok(given_up.rows_affected())
}
