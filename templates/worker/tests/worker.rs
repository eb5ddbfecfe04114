//! The program itself, started as a platform starts it: config in the environment, logs on stdout.

use std::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

type Outcome = Result<(), Box<dyn Error>>;

#[test]
fn works_until_it_is_told_to_stop() -> Outcome {
    let mut worker = Worker::start(&[("INTERVAL_SECONDS", "1")])?;
    worker.logged("done")?;
    worker.logged("done")?;
    let (code, logs) = worker.stop("TERM")?;
    assert_eq!(code, Some(0));
    assert!(logs.contains("stopped"), "{logs}");
    Ok(())
}

#[test]
fn ends_what_it_has_begun() -> Outcome {
    let mut worker = Worker::start(&[("PIECE_MILLISECONDS", "2000")])?;
    worker.logged("begun")?;
    let (code, logs) = worker.stop("TERM")?;
    assert_eq!(code, Some(0));
    let done = logs.find("\"done\"").ok_or_else(|| logs.clone())?;
    assert!(logs.find("\"draining\"") < Some(done), "{logs}");
    Ok(())
}

#[test]
fn cuts_off_what_outlasts_the_drain_timeout() -> Outcome {
    let config = [
        ("PIECE_MILLISECONDS", "600000"),
        ("DRAIN_TIMEOUT_SECONDS", "0"),
    ];
    let worker = Worker::start(&config)?;
    let (code, _) = worker.stop("INT")?;
    assert_eq!(code, Some(0));
    Ok(())
}

#[test]
fn does_one_piece() -> Outcome {
    let output = Command::new(PROGRAM).arg("once").env_clear().output()?;
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"done\""));
    assert_eq!(output.status.code(), Some(0));
    Ok(())
}

#[test]
fn prints_its_config_and_refuses_a_bad_one() -> Outcome {
    let mut program = Command::new(PROGRAM);
    let output = program.arg("check-config").env_clear().output()?;
    let config: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(config["INTERVAL_SECONDS"], "10");
    let mut program = Command::new(PROGRAM);
    program.arg("work").env_clear().env("LOG_FORMAT", "xml");
    let output = program.output()?;
    assert!(String::from_utf8_lossy(&output.stderr).contains("LOG_FORMAT"));
    assert_eq!(output.status.code(), Some(2));
    Ok(())
}

struct Worker {
    child: Child,
    logs: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts the worker and waits until it works.
    fn start(config: &[(&str, &str)]) -> Result<Worker, Box<dyn Error>> {
        let mut program = Command::new(PROGRAM);
        program.arg("work").env_clear().stdout(Stdio::piped());
        let mut child = program.envs(config.iter().copied()).spawn()?;
        let logs = child.stdout.take().ok_or("no logs")?;
        let logs = BufReader::new(logs);
        let mut worker = Worker { child, logs };
        worker.logged("working")?;
        Ok(worker)
    }

    /// Reads the logs up to the event with this message.
    fn logged(&mut self, message: &str) -> Outcome {
        let mut line = String::new();
        while self.logs.read_line(&mut line)? > 0 {
            if serde_json::from_str::<Value>(&line)?["message"] == message {
                return Ok(());
            }
            line.clear();
        }
        Err(format!("`{message}` was never logged").into())
    }

    /// Sends a signal and waits for the end: the exit code, and what was logged until then.
    fn stop(mut self, signal: &str) -> Result<(Option<i32>, String), Box<dyn Error>> {
        let pid = self.child.id().to_string();
        let mut shell = Command::new("sh");
        let kill = shell.args(["-c", r#"kill -s "$0" "$1""#, signal, &pid]);
        assert!(kill.status()?.success());
        let mut logs = String::new();
        self.logs.read_to_string(&mut logs)?;
        Ok((self.child.wait()?.code(), logs))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
