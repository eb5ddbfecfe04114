//! The program itself, started as a platform starts it: config in the environment, logs on stdout, against a real
//! PostgreSQL. TEST_DATABASE_URL names any database of a server where databases may be made; each test has its own.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::runtime::Runtime;

const PROGRAM: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

type Outcome = Result<(), Box<dyn Error>>;

#[test]
fn is_ready_where_the_database_answers_and_is_migrated() -> Outcome {
    let Some(database) = Database::new("ready")? else {
        return Ok(());
    };
    let service = Process::serve(&database.url)?;
    assert_eq!(
        service.get("/readyz")?.0,
        503,
        "no migration is applied yet"
    );
    assert_eq!(service.get("/livez")?.0, 200);
    database.migrate()?;
    assert_eq!(service.get("/readyz")?.0, 200);
    database.migrate()?;
    Ok(())
}

#[test]
fn starts_and_lives_without_its_database() -> Outcome {
    // Port 1 of this machine: nobody listens there.
    let service = Process::serve("postgres://nobody:hush@127.0.0.1:1/nothing")?;
    assert_eq!(service.get("/livez")?.0, 200);
    assert_eq!(service.get("/readyz")?.0, 503);
    let (code, logs) = service.stop("TERM")?;
    assert_eq!(code, Some(0));
    assert!(!logs.contains("hush"), "{logs}");
    Ok(())
}

#[test]
fn no_job_is_lost_and_none_done_twice_where_a_worker_is_killed() -> Outcome {
    let Some(database) = Database::new("killed")? else {
        return Ok(());
    };
    database.migrate()?;
    let service = Process::serve(&database.url)?;
    let mut doomed = Process::work(&database.url, &[])?;
    let slow = service.add_job("greet-slowly", "600 Ada")?;
    doomed.logged("begun")?;
    for name in 0..40 {
        service.add_job("greet", &name.to_string())?;
    }
    let other = Process::work(&database.url, &[])?;
    database.until("SELECT count(*) FROM jobs WHERE done_at IS NULL", 1)?;
    assert_eq!(other.stop("TERM")?.0, Some(0));

    doomed.signal("KILL")?;
    database.shorten(slow)?;
    let survivor = Process::work(&database.url, &[])?;
    database.until("SELECT count(*) FROM jobs WHERE done_at IS NULL", 0)?;

    assert_eq!(database.count("SELECT count(*) FROM jobs")?, 41);
    assert_eq!(database.count("SELECT count(*) FROM greetings")?, 41);
    assert_eq!(
        database.count("SELECT count(DISTINCT job) FROM greetings")?,
        41
    );
    let begun = format!("SELECT count(*) FROM attempts WHERE job = {slow}");
    assert_eq!(database.count(&begun)?, 2, "the killed worker had begun it");
    assert_eq!(survivor.stop("TERM")?.0, Some(0));
    Ok(())
}

#[test]
fn a_worker_that_is_told_to_stop_gives_its_job_back() -> Outcome {
    let Some(database) = Database::new("back")? else {
        return Ok(());
    };
    database.migrate()?;
    let service = Process::serve(&database.url)?;
    let mut first = Process::work(&database.url, &[("DRAIN_TIMEOUT_SECONDS", "0")])?;
    let job = service.add_job("greet-slowly", "600 Ada")?;
    first.logged("begun")?;
    let (code, logs) = first.stop("TERM")?;
    assert_eq!(code, Some(0));
    assert!(logs.contains("given back"), "{logs}");
    assert_eq!(database.count("SELECT count(*) FROM attempts")?, 0);
    assert_eq!(database.count("SELECT count(*) FROM greetings")?, 0);

    database.shorten(job)?;
    let mut second = Process::work(&database.url, &[])?;
    second.logged("begun")?;
    let (code, logs) = second.stop("TERM")?;
    assert_eq!(code, Some(0));
    assert!(logs.contains("\"done\""), "it had the time: {logs}");
    let (_, status) = service.get(&format!("/jobs/{job}"))?;
    assert_eq!(serde_json::from_str::<Value>(&status)?["done"], true);
    Ok(())
}

#[test]
fn a_job_that_fails_leaves_nothing_and_is_tried_again_later() -> Outcome {
    let Some(database) = Database::new("fails")? else {
        return Ok(());
    };
    database.migrate()?;
    let service = Process::serve(&database.url)?;
    let mut worker = Process::work(&database.url, &[])?;
    let job = service.add_job("greet-slowly", "soon Ada")?;
    worker.logged("failed")?;
    let tried = "SELECT count(*) FROM jobs WHERE error IS NOT NULL AND run_at > created_at";
    database.until(tried, 1)?;
    assert_eq!(database.count("SELECT count(*) FROM greetings")?, 0);
    let (_, status) = service.get(&format!("/jobs/{job}"))?;
    let status: Value = serde_json::from_str(&status)?;
    assert_eq!(
        (&status["done"], &status["failed"]),
        (&false.into(), &false.into())
    );
    Ok(())
}

#[test]
fn another_database_is_another_url_and_nothing_else() -> Outcome {
    for name in ["one", "other"] {
        let Some(database) = Database::new(name)? else {
            return Ok(());
        };
        database.migrate()?;
        let service = Process::serve(&database.url)?;
        assert_eq!(service.add_job("greet", name)?, 1, "`{name}` was empty");
    }
    Ok(())
}

#[test]
fn prints_its_config_without_the_secret() -> Outcome {
    let mut program = Command::new(PROGRAM);
    program.arg("check-config").env_clear();
    let output = program
        .env("DATABASE_URL", "postgres://ada:hush@db/shop")
        .output()?;
    let config: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(config["DATABASE_URL"], true);
    assert_eq!(config["LOG_FORMAT"], "json");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("hush"));
    Ok(())
}

/// A database of a test's own.
struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    fn new(name: &str) -> Result<Option<Database>, Box<dyn Error>> {
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            println!("SKIPPED: TEST_DATABASE_URL names no PostgreSQL server");
            return Ok(None);
        };
        let name = format!("test_{name}_{}", std::process::id());
        let base = server.split('?').next().unwrap_or(&server);
        let (base, _) = base
            .rsplit_once('/')
            .ok_or("TEST_DATABASE_URL names no database")?;
        let url = format!("{base}/{name}");
        execute(&server, &format!("CREATE DATABASE {name}"))?;
        Ok(Some(Database { server, name, url }))
    }

    fn migrate(&self) -> Outcome {
        let mut program = Command::new(PROGRAM);
        program
            .arg("migrate")
            .env_clear()
            .env("DATABASE_URL", &self.url);
        let output = program.output()?;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    fn count(&self, query: &str) -> Result<i64, Box<dyn Error>> {
        Runtime::new()?.block_on(async {
            let mut connection = PgConnection::connect(&self.url).await?;
            let query = AssertSqlSafe(query.to_owned());
            Ok(sqlx::query_scalar(query).fetch_one(&mut connection).await?)
        })
    }

    /// Lets a slow job take a second, once no worker has it.
    fn shorten(&self, job: i64) -> Outcome {
        let command = format!("UPDATE jobs SET payload = '1 Ada' WHERE id = {job}");
        execute(&self.url, &command)
    }

    /// Waits until a query counts this many.
    fn until(&self, query: &str, wanted: i64) -> Outcome {
        let start = Instant::now();
        while self.count(query)? != wanted {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "never: {query} = {wanted}"
            );
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = execute(
            &self.server,
            &format!("DROP DATABASE {} WITH (FORCE)", self.name),
        );
    }
}

fn execute(url: &str, command: &str) -> Outcome {
    Runtime::new()?.block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let command = AssertSqlSafe(command.to_owned());
        sqlx::raw_sql(command).execute(&mut connection).await?;
        Ok(())
    })
}

/// A process of the service.
struct Process {
    child: Child,
    logs: BufReader<ChildStdout>,
    port: u16,
}

impl Process {
    /// Starts a web process on a free port and waits until it listens.
    fn serve(url: &str) -> Result<Process, Box<dyn Error>> {
        let mut process = Process::start("serve", url, &[("PORT", "0")])?;
        let listening = process.logged("listening")?;
        process.port = serde_json::from_value(listening["port"].clone())?;
        Ok(process)
    }

    fn work(url: &str, config: &[(&str, &str)]) -> Result<Process, Box<dyn Error>> {
        let mut process = Process::start("work", url, config)?;
        process.logged("working")?;
        Ok(process)
    }

    fn start(command: &str, url: &str, config: &[(&str, &str)]) -> Result<Process, Box<dyn Error>> {
        let mut program = Command::new(PROGRAM);
        program.arg(command).env_clear().env("DATABASE_URL", url);
        program.envs(config.iter().copied()).stdout(Stdio::piped());
        let mut child = program.spawn()?;
        let logs = child.stdout.take().ok_or("no logs")?;
        let (logs, port) = (BufReader::new(logs), 0);
        Ok(Process { child, logs, port })
    }

    /// Reads the logs up to the event with this message.
    fn logged(&mut self, message: &str) -> Result<Value, Box<dyn Error>> {
        let mut line = String::new();
        while self.logs.read_line(&mut line)? > 0 {
            let event: Value = serde_json::from_str(&line)?;
            if event["message"] == message {
                return Ok(event);
            }
            line.clear();
        }
        Err(format!("`{message}` was never logged").into())
    }

    fn add_job(&self, kind: &str, payload: &str) -> Result<i64, Box<dyn Error>> {
        let body = serde_json::json!({ "kind": kind, "payload": payload }).to_string();
        let length = body.len();
        let head = "POST /jobs HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length";
        let (status, body) = self.ask(&format!("{head}: {length}"), &body)?;
        assert_eq!(status, 202, "{body}");
        let id = serde_json::from_str::<Value>(&body)?["id"].as_i64();
        Ok(id.ok_or("the answer has no id")?)
    }

    fn get(&self, path: &str) -> Result<(u16, String), Box<dyn Error>> {
        self.ask(&format!("GET {path} HTTP/1.1"), "")
    }

    /// Sends a request on a connection of its own; the status and the body of the answer.
    fn ask(&self, head: &str, body: &str) -> Result<(u16, String), Box<dyn Error>> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        let close = "Host: test\r\nConnection: close";
        write!(connection, "{head}\r\n{close}\r\n\r\n{body}")?;
        let mut text = String::new();
        connection.read_to_string(&mut text)?;
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).ok_or("no status")?;
        Ok((status.parse()?, body.to_owned()))
    }

    fn signal(&self, name: &str) -> Outcome {
        let pid = self.child.id().to_string();
        let mut shell = Command::new("sh");
        let kill = shell.args(["-c", r#"kill -s "$0" "$1""#, name, &pid]);
        assert!(kill.status()?.success());
        Ok(())
    }

    /// Sends a signal and waits for the end: the exit code, and what was logged until then.
    fn stop(mut self, signal: &str) -> Result<(Option<i32>, String), Box<dyn Error>> {
        self.signal(signal)?;
        let mut logs = String::new();
        self.logs.read_to_string(&mut logs)?;
        Ok((self.child.wait()?.code(), logs))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
