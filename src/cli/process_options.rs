//! What processes get of the machine, and what they are kept from, wherever they are from.

use crate::run::{Inherit, SandboxMode};
use clap::{Args, ValueEnum};

/// What processes get of the machine.
#[derive(Debug, Args)]
pub(crate) struct ProcessOptions {
    /// Give processes the whole environment, not only what the contract names
    #[arg(long)]
    inherit_env: bool,

    /// Whether processes are kept from writing outside TMPDIR and the paths of `[sandbox]`
    #[arg(long, value_enum, default_value_t = TypedSandbox::Auto)]
    sandbox: TypedSandbox,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TypedSandbox {
    /// Where twelve.toml has a `[sandbox]` and the kernel can
    Auto,
    /// Not at all; privileges, core dumps and umask are as outside, too
    Off,
    /// In any case, or nothing starts
    Require,
}

impl ProcessOptions {
    /// How much of the environment processes get.
    pub(crate) fn inherit(&self) -> Inherit {
        if self.inherit_env { Inherit::Everything } else { Inherit::Declared }
    }

    /// How much of the sandbox is wanted.
    pub(crate) fn sandbox(&self) -> SandboxMode {
        match self.sandbox {
            TypedSandbox::Auto => SandboxMode::Auto,
            TypedSandbox::Off => SandboxMode::Off,
            TypedSandbox::Require => SandboxMode::Require,
        }
    }
}
