//! Where a commit comes from: its branch, and the codebase's remote without credentials.

use super::{Commit, Repository};
use url::Url;

impl Repository {
    /// The branch that is checked out, where the commit is its newest.
    #[must_use]
    pub fn branch(&self, commit: &Commit) -> Option<String> {
        let head = self.git.head().ok().filter(git2::Reference::is_branch)?;
        if head.peel_to_commit().ok()?.id() != commit.oid {
            return None;
        }
        head.shorthand().ok().map(str::to_owned)
    }

    /// The remote of the codebase: the one that the branch follows, else `origin`, else the only one.
    #[must_use]
    pub fn remote(&self) -> Option<String> {
        let followed = self.git.head().ok().and_then(|head| {
            let name = self.git.branch_upstream_remote(head.name().ok()?).ok()?;
            name.as_str().ok().map(str::to_owned)
        });
        let name = followed.or_else(|| {
            let remotes = self.git.remotes().ok()?;
            let names: Vec<String> = remotes.iter().filter_map(|name| name.ok().flatten()).map(str::to_owned).collect();
            match names.as_slice() {
                [only] => Some(only.clone()),
                names => names.iter().find(|name| *name == "origin").cloned(),
            }
        })?;
        self.git.find_remote(&name).ok()?.url().ok().map(without_credentials)
    }
}

/// The address of a remote without what could let somebody in. `git@host:path` holds a user and no secret.
#[must_use]
pub fn without_credentials(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let Ok(mut url) = Url::parse(address) else {
        // No address, and it may hold a password all the same: `#` in one ends the host for who parses it.
        let public = rest.rsplit('@').next().unwrap_or_default();
        return format!("{scheme}://{}", public.split(['?', '#']).next().unwrap_or_default());
    };
    // Both calls fail only where an address can hold no credentials.
    let _ = url.set_password(None);
    if matches!(url.scheme(), "http" | "https") {
        let _ = url.set_username("");
    }
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn a_remote_loses_what_could_let_somebody_in() {
        for (address, expected) in [
            ("https://ada:token@example.org/shop.git", "https://example.org/shop.git"),
            ("https://token@example.org/shop.git?key=1#x", "https://example.org/shop.git"),
            ("ssh://git:secret@example.org/shop.git", "ssh://git@example.org/shop.git"),
            ("https://ada:to#ken@example.org/shop.git", "https://example.org/shop.git"),
            ("https://ada:token@example.org:http/shop.git?key=1", "https://example.org:http/shop.git"),
            ("git@example.org:ada/shop.git", "git@example.org:ada/shop.git"),
            ("../shop.git", "../shop.git"),
            ("/srv/git/shop.git", "/srv/git/shop.git"),
        ] {
            assert_eq!(without_credentials(address), expected);
        }
    }
}
