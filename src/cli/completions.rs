//! `cargo twelve completions SHELL`: what a shell completes, from the same tree as the help.

use super::ExitCode;
use crate::report::data;
use clap::{Arg, Args, CommandFactory, ValueEnum};

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve completions bash > /etc/bash_completion.d/cargo-twelve
  cargo twelve completions zsh > \\
    /usr/local/share/zsh/site-functions/_cargo-twelve
  cargo twelve completions fish > ~/.config/fish/completions/cargo-twelve.fish

They complete the words of `cargo-twelve`; zsh also those of `cargo twelve`.")]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl From<Shell> for clap_complete::Shell {
    fn from(shell: Shell) -> Self {
        match shell {
            Shell::Bash => Self::Bash,
            Shell::Zsh => Self::Zsh,
            Shell::Fish => Self::Fish,
        }
    }
}

/// Prints them.
pub(crate) fn exec(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    // clap_complete 4.6 writes a hyphen of the program's name in two ways into one script of bash, which then completes
    // no command's own words; without a hyphen all is well, and the name stands at the end of two lines.
    let name = match arguments.shell {
        Shell::Bash => "cargo_twelve",
        Shell::Zsh | Shell::Fish => "cargo-twelve",
    };
    let mut script = Vec::new();
    let mut tree = super::Arguments::command().name(name);
    clap_complete::generate(clap_complete::Shell::from(arguments.shell), &mut tree, name, &mut script);
    let mut script = String::from_utf8(script)?.replace(" cargo_twelve\n", " cargo-twelve\n");
    if matches!(arguments.shell, Shell::Fish) {
        // clap_complete 4.6 tells fish the values of options alone; of a word without an option it would offer files.
        for command in tree.get_subcommands() {
            let words = command.get_positionals().flat_map(Arg::get_possible_values);
            let words: Vec<String> = words.map(|word| word.get_name().to_owned()).collect();
            if !words.is_empty() {
                let (name, words) = (command.get_name(), words.join(" "));
                script.push_str(&format!(
                    "complete -c cargo-twelve -n \"__fish_cargo_twelve_using_subcommand {name}\" -f -a \"{words}\"\n"
                ));
            }
        }
    }
    data::text(&script)?;
    Ok(ExitCode::Done)
}
