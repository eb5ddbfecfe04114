//! Random env files, and four other readers for each that ours accepts without a warning: bash, dash, python-dotenv and
//! dotenvy must read the same values. `tests/env_readers.sh` runs it; the counts are its output, and a difference is its
//! failure.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a proof ends where something is not as it must be"
)]

use cargo_twelve::config::EnvFile;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// What one reader makes of one file.
type Values = BTreeMap<String, String>;

/// The pieces that values and lines are made of: what readers are known to disagree about, and plain text between.
const BARE: [&str; 34] = [
    "a", "B", "1", "-", ".", "/", ":", "=", "@", "%", "+", ",", "_", "*", "?", "!", "[", "]", "{", "}", "^", "é", "你",
    "😀", "~", "|", "$", "\\", "#", "'", "\"", " ", "“", "\u{a0}",
];
const QUOTED: [&str; 44] = [
    "a", "B", "1", "-", ".", "/", ":", "=", "@", "%", "+", ",", "*", "?", "!", "[", "{", "}", "^", "é", "😀", "~", "|",
    "&", ";", "<", ">", "(", ")", "#", " ", "  ", "\t", " #", "=B=", "export ", "$", "${A}", "`", "\\", "\\n", "\\\\",
    "\"", "\n",
];
const NAMES: [&str; 8] = ["A", "B1", "_X", "lower", "LONG_NAME", "export", "Mixed_9", "ZZ"];
const OTHER_LINES: [&str; 9] =
    ["", "# note", "#", "# it's $x `y` = \"", "#A=1", "# \\n", "# ü", "# ends\\", "  # indented"];

/// A generator that gives the same files for the same seed (xorshift64*, Vigna 2016).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).expect("31 bits") % bound
    }

    fn pieces(&mut self, of: &[&str], most: usize) -> String {
        // Mostly the harmless ones at the front, so that many files are accepted.
        let count = self.below(most);
        (0..count)
            .map(|_| {
                let reach = if self.below(12) == 0 { of.len() } else { of.len() * 2 / 3 };
                of[self.below(reach)]
            })
            .collect()
    }

    fn file(&mut self) -> String {
        let mut text = String::new();
        let mut names = NAMES.to_vec();
        for _ in 0..1 + self.below(5) {
            if self.below(4) == 0 {
                text += OTHER_LINES[self.below(OTHER_LINES.len())];
            } else {
                let name = names.swap_remove(self.below(names.len()));
                let value = match self.below(3) {
                    0 => self.pieces(&BARE, 10),
                    1 => format!("'{}'", self.pieces(&QUOTED, 10)),
                    _ => format!("\"{}\"", self.pieces(&QUOTED, 10)),
                };
                text += &format!("{name}={value}");
            }
            text.push('\n');
        }
        if self.below(8) == 0 {
            text.pop();
        }
        text
    }
}

fn main() -> ExitCode {
    let count: usize = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(20_000);
    let seed: u64 = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(12);
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (mut accepted, mut warned, mut refused) = (Vec::new(), 0, 0);
    for _ in 0..count {
        let text = random.file();
        let file = EnvFile::parse("random.env", text.as_bytes());
        match (file.is_malformed(), file.warnings().count()) {
            (true, _) => refused += 1,
            (false, 1..) => warned += 1,
            (false, 0) => accepted.push((text, ours(&file))),
        }
    }
    println!("{count} files: {} accepted without a warning, {warned} with one, {refused} refused", accepted.len());
    for (index, (text, _)) in accepted.iter().enumerate() {
        fs::write(folder.path().join(format!("{index}.env")), text).expect("written");
    }
    let entries: usize = accepted.iter().map(|(_, values)| values.len()).sum();
    let mut different = 0;
    for (reader, read) in [
        ("bash", shell("bash", folder.path(), accepted.len())),
        ("dash", shell("dash", folder.path(), accepted.len())),
        ("python-dotenv", python(folder.path(), accepted.len())),
        ("dotenvy", Some(dotenvy(&accepted))),
    ] {
        let Some(read) = read else {
            println!("{reader}: SKIPPED, it is not installed");
            different += 1;
            continue;
        };
        let wrong: Vec<usize> =
            (0..accepted.len()).filter(|index| differs(&accepted[*index].1, read.get(index))).collect();
        println!("{reader}: {} files with {entries} entries read, {} differ", read.len(), wrong.len());
        for index in wrong.iter().take(3) {
            println!("  {:?}\n  ours {:?}\n  {reader} {:?}", accepted[*index].0, accepted[*index].1, read.get(index));
        }
        different += wrong.len();
    }
    if different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn ours(file: &EnvFile) -> Values {
    let text = |entry: &cargo_twelve::config::Entry| entry.value.expose_text().expect("text").to_owned();
    file.entries().iter().map(|entry| (entry.name.clone(), text(entry))).collect()
}

/// Whether a reader has another value for one of our names, or none.
fn differs(ours: &Values, theirs: Option<&Values>) -> bool {
    theirs.is_none_or(|theirs| ours.iter().any(|(name, value)| theirs.get(name) != Some(value)))
}

/// One shell for all files, each sourced in a subshell of its own.
fn shell(program: &str, folder: &Path, count: usize) -> Option<BTreeMap<usize, Values>> {
    let script = "i=0; while [ $i -lt $COUNT ]; do (set -a; . ./$i.env; exec /usr/bin/env -0) >$i.out 2>$i.err; i=$((i+1)); done";
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().env("COUNT", count.to_string()).args(["-c", script]);
    command.stdin(Stdio::null()).status().ok()?;
    let read = |index: usize| {
        let said = fs::read_to_string(folder.join(format!("{index}.err"))).ok()?;
        let text = fs::read_to_string(folder.join(format!("{index}.out"))).ok().filter(|_| said.is_empty())?;
        let pairs = text.split_terminator('\0').filter_map(|pair| pair.split_once('='));
        Some((index, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    };
    Some((0..count).filter_map(read).collect())
}

fn python(folder: &Path, count: usize) -> Option<BTreeMap<usize, Values>> {
    let script = "import dotenv, json, logging, sys\nlogging.disable()\n\
        print(json.dumps([dotenv.dotenv_values('%d.env' % i) for i in range(int(sys.argv[1]))]))";
    let mut command = Command::new("python3");
    let output = command.current_dir(folder).args(["-c", script, &count.to_string()]).output().ok()?;
    let all: Vec<BTreeMap<String, Option<String>>> = serde_json::from_slice(&output.stdout).ok()?;
    let values = |all: BTreeMap<String, Option<String>>| {
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    };
    Some(all.into_iter().map(values).enumerate().collect())
}

fn dotenvy(files: &[(String, Values)]) -> BTreeMap<usize, Values> {
    let read = |text: &str| dotenvy::from_read_iter(text.as_bytes()).collect::<Result<Values, _>>().ok();
    files.iter().enumerate().filter_map(|(index, (text, _))| Some((index, read(text)?))).collect()
}
