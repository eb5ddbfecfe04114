//! A registry that is asked for parts of images and given some: a client and a runtime of one thread behind plain calls.
//! No future leaves this file.
//!
//! It is spoken to over TLS. A registry on this machine, and one that `--insecure` was said of, may have none.

use super::Error;
use super::blob::Blob;
use super::credentials::Login;
use super::descriptor::{Descriptor, media};
use super::trouble::{Refusal, is_absent, is_passing, trouble};
use crate::export::Content;
use crate::report::Progress;
use futures_util::{Stream, StreamExt};
use oci_client::client::{Client, ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::manifest::OciDescriptor;
use oci_client::{Reference, RegistryOperation};
use std::fmt;
use std::fs::File;
use std::io::{Seek, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long nothing may move: a registry that has all bytes of a layer may still hash them.
const SILENCE: Duration = Duration::from_secs(120);
/// How often something is asked, and the first pause between; each is twice as long as the one before.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);
/// Bytes that are sent at once.
const PART: usize = 128 * 1024;

/// What is done in a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Images are read.
    Pull,
    /// Images are read and written.
    Push,
}

/// How a registry may be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Over TLS, unless it is on this machine.
    Secure,
    /// Over TLS, or without where it has none.
    Insecure,
}

/// A registry.
pub struct Registry {
    client: Client,
    runtime: Runtime,
    login: Login,
}

impl Registry {
    /// Connects to the registry of an image and signs in.
    ///
    /// # Errors
    /// Where it does not answer, or refuses the login.
    pub fn connect(image: &Reference, login: Login, access: Access, transport: Transport) -> Result<Self, Error> {
        // The one provider of cryptography; that another thread was faster is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let operation = match access {
            Access::Pull => RegistryOperation::Pull,
            Access::Push => RegistryOperation::Push,
        };
        let plain = transport == Transport::Insecure || is_here(image.registry());
        let protocols =
            if plain { &[ClientProtocol::Https, ClientProtocol::Http][..] } else { &[ClientProtocol::Https] };
        let mut refused = None;
        for (index, protocol) in protocols.iter().enumerate() {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|cause| Error::machine("start", "a connection", cause))?;
            let config = ClientConfig {
                protocol: protocol.clone(),
                use_monolithic_push: true,
                connect_timeout: Some(CONNECT),
                user_agent: concat!("cargo-twelve/", env!("CARGO_PKG_VERSION")),
                ..ClientConfig::default()
            };
            let client = Client::try_from(config).map_err(|cause| trouble(image, &login, "open", &cause.into()))?;
            let registry = Self { client, runtime, login: login.clone() };
            let auth = registry.login.auth();
            let sign_in = || registry.client.auth(image, &auth, operation);
            let last = index + 1 == protocols.len();
            let answer = if last { registry.patiently(sign_in) } else { registry.wait(&AtomicU64::new(0), sign_in()) };
            match answer {
                Ok(_) => return Ok(registry),
                // Another protocol is tried where this one was not understood, and nowhere else.
                Err(refusal @ Refusal::Said(OciDistributionError::RequestError(_))) => refused = Some(refusal),
                Err(refusal) => return Err(trouble(image, &login, "sign in to", &refusal)),
            }
        }
        Err(trouble(image, &login, "reach", &refused.unwrap_or(Refusal::Silent)))
    }

    /// The manifest or index that a name has.
    pub(super) fn manifest(&self, image: &Reference) -> Result<Vec<u8>, Error> {
        self.standing_manifest(image)?.ok_or_else(|| Error::NoBase {
            image: image.whole(),
            missing: image.digest().or(image.tag()).unwrap_or_default().to_owned(),
        })
    }

    /// The same; none where the name has none.
    pub(super) fn standing_manifest(&self, image: &Reference) -> Result<Option<Vec<u8>>, Error> {
        let kinds = [media::INDEX, media::MANIFEST, media::DOCKER_INDEX, media::DOCKER_MANIFEST];
        let auth = self.login.auth();
        match self.patiently(|| self.client.pull_manifest_raw(image, &auth, &kinds)) {
            Ok((bytes, _)) => Ok(Some(bytes.to_vec())),
            Err(refusal) if is_absent(&refusal) => Ok(None),
            Err(refusal) => Err(self.trouble(image, "read", &refusal)),
        }
    }

    /// Writes a part of an image to `out`, from its start; it is not yet verified.
    pub(super) fn download(&self, image: &Reference, part: &Descriptor, out: &mut File) -> Result<(), Error> {
        let wanted = OciDescriptor { digest: part.digest.to_string(), ..OciDescriptor::default() };
        let moved = AtomicU64::new(0);
        let out = &*out;
        let answer = self.patiently_while(&moved, || async {
            let mut stream = self.client.pull_blob_stream(image, &wanted).await?;
            let (mut at, mut out) = (0, out);
            // Another attempt begins at the start again.
            out.set_len(0)?;
            out.rewind()?;
            while let Some(bytes) = stream.next().await {
                let bytes = bytes.map_err(on_the_way)?;
                at += bytes.len() as u64;
                if at > part.size {
                    break;
                }
                out.write_all(&bytes)?;
                moved.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            }
            Ok(())
        });
        match answer {
            Err(refusal) if is_absent(&refusal) => {
                Err(Error::NoBase { image: image.whole(), missing: wanted.digest.clone() })
            }
            // What the system itself refused is the file that it is written to.
            Err(Refusal::Said(OciDistributionError::IoError(cause))) if cause.raw_os_error().is_some() => {
                Err(Error::machine("write", "a layer of the base", cause))
            }
            answer => answer.map_err(|refusal| self.trouble(image, "read", &refusal)),
        }
    }

    /// Whether a part stands under a name.
    pub(super) fn holds(&self, image: &Reference, part: &Descriptor) -> Result<bool, Error> {
        let digest = part.digest.to_string();
        let answer = self.patiently(|| self.client.blob_exists(image, &digest));
        answer.map_err(|refusal| self.trouble(image, "read", &refusal))
    }

    /// Lets a part that stands under another name of the registry stand under this one too; whether that was granted.
    pub(super) fn mount(&self, image: &Reference, from: &Reference, part: &Descriptor) -> bool {
        let digest = part.digest.to_string();
        self.wait(&AtomicU64::new(0), self.client.mount_blob(image, from, &digest)).is_ok()
    }

    /// Uploads a part.
    pub(super) fn upload(&self, image: &Reference, part: &Blob, progress: &Arc<Progress>) -> Result<(), Error> {
        let (digest, size) = (part.descriptor.digest.to_string(), part.descriptor.size);
        let moved = Arc::new(AtomicU64::new(0));
        let answer = match &part.content {
            Content::Bytes(bytes) => self
                .patiently_while(&moved, || self.client.push_blob(image, bytes.clone(), &digest))
                .map(|_| progress.advance(size)),
            Content::File { file, .. } => {
                let file = Arc::new(file.try_clone().map_err(|cause| Error::machine("read", "a layer", cause))?);
                let stream = || parts(Arc::clone(&file), size, Arc::clone(&moved), Arc::clone(progress));
                self.patiently_while(&moved, || self.client.push_blob_stream(image, stream(), &digest, Some(size)))
                    .map(drop)
            }
        };
        answer.map_err(|refusal| self.trouble(image, "write to", &refusal))
    }

    /// Gives a name its manifest or index.
    pub(super) fn name(&self, image: &Reference, media_type: &str, bytes: &[u8]) -> Result<(), Error> {
        let kind = media_type.parse().map_err(|_| self.trouble(image, "write to", &Refusal::Silent))?;
        let kind: reqwest::header::HeaderValue = kind;
        let answer = self.patiently(|| self.client.push_manifest_raw(image, bytes.to_vec(), kind.clone()));
        answer.map(drop).map_err(|refusal| self.trouble(image, "write to", &refusal))
    }

    fn trouble(&self, image: &Reference, act: &'static str, refusal: &Refusal) -> Error {
        trouble(image, &self.login, act, refusal)
    }

    /// Asks until there is an answer that stands, or no more patience.
    fn patiently<T, F>(&self, ask: impl FnMut() -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, OciDistributionError>>,
    {
        self.patiently_while(&AtomicU64::new(0), ask)
    }

    fn patiently_while<T, F>(&self, moved: &AtomicU64, mut ask: impl FnMut() -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, OciDistributionError>>,
    {
        let mut attempt = 0;
        loop {
            match self.wait(moved, ask()) {
                Err(refusal) if is_passing(&refusal) && attempt + 1 < ATTEMPTS => {
                    let pause = PAUSE * 2_u32.saturating_pow(attempt);
                    self.runtime.block_on(async { tokio::time::sleep(pause).await });
                }
                answer => return answer,
            }
            attempt += 1;
        }
    }

    /// Waits for an answer as long as bytes move.
    fn wait<T>(
        &self,
        moved: &AtomicU64,
        answer: impl Future<Output = Result<T, OciDistributionError>>,
    ) -> Result<T, Refusal> {
        self.runtime.block_on(async {
            let mut answer = std::pin::pin!(answer);
            let mut before = moved.load(Ordering::Relaxed);
            loop {
                match tokio::time::timeout(SILENCE, &mut answer).await {
                    Ok(answer) => return answer.map_err(Refusal::Said),
                    Err(_) => match moved.load(Ordering::Relaxed) {
                        now if now == before => return Err(Refusal::Silent),
                        now => before = now,
                    },
                }
            }
        })
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Registry")
    }
}

/// Whether a registry is on this machine.
fn is_here(registry: &str) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What went wrong between two bytes of an answer, as what it is: the client's stream wraps it as a failure of the machine.
fn on_the_way(cause: std::io::Error) -> OciDistributionError {
    match cause.downcast::<reqwest::Error>() {
        Ok(broken) => OciDistributionError::RequestError(broken),
        Err(cause) => OciDistributionError::IoError(cause),
    }
}

/// The bytes of a file from its start, counted as they go.
fn parts(
    file: Arc<File>,
    size: u64,
    moved: Arc<AtomicU64>,
    progress: Arc<Progress>,
) -> impl Stream<Item = Result<bytes::Bytes, OciDistributionError>> + Send + 'static {
    let mut at = 0;
    futures_util::stream::iter(std::iter::from_fn(move || {
        let mut part = vec![0; usize::try_from(size - at).map_or(PART, |left| left.min(PART))];
        if part.is_empty() {
            return None;
        }
        let read = file.read_exact_at(&mut part, at);
        at += part.len() as u64;
        moved.fetch_add(part.len() as u64, Ordering::Relaxed);
        progress.advance(part.len() as u64);
        Some(read.map(|()| bytes::Bytes::from(part)).map_err(OciDistributionError::from))
    }))
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_this_machine_may_be_without_tls() {
        assert!(is_here("localhost:5000") && is_here("127.0.0.1") && is_here("127.3.2.1:80"));
        assert!(!is_here("localhost.example.org:5000") && !is_here("10.0.0.1:5000") && !is_here("127.example.org"));
    }
}
