//! The key that signs: where it is, the agent that may hold it, and who is asked for its passphrase.

use super::surroundings::Surroundings;
use crate::release::SigningKey;
use std::path::Path;
use zeroize::Zeroizing;

/// The variable that opens a key where nobody can be asked.
const PASSPHRASE: &str = "TWELVE_KEY_PASSPHRASE";

/// Reads the key that a command line names.
pub(crate) fn signing_key(path: &Path, surroundings: &Surroundings) -> anyhow::Result<SigningKey> {
    let agent = surroundings.variable("SSH_AUTH_SOCK").map(Path::new);
    let given = || surroundings.variable(PASSPHRASE)?.to_str().map(|text| Zeroizing::new(text.to_owned()));
    Ok(SigningKey::read(&surroundings.resolve(path), agent, || given().or_else(|| ask(path)))?)
}

/// Asks the person at the terminal, without an echo.
#[cfg(feature = "scaffold")]
fn ask(path: &Path) -> Option<Zeroizing<String>> {
    use std::io::IsTerminal;
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    let prompt = format!("Passphrase of `{}`", path.display());
    let ask = || dialoguer::Password::new().with_prompt(prompt).allow_empty_password(true).interact();
    crate::scaffold::unseen(ask).ok()?.ok().map(Zeroizing::new)
}

/// The server's program asks nobody.
#[cfg(not(feature = "scaffold"))]
fn ask(_: &Path) -> Option<Zeroizing<String>> {
    None
}
