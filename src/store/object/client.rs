//! The client of an object store: made from an address and its variables alone.

use super::Address;
use super::trouble::Kind;
use crate::store::Error;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::list::PaginatedListStore;
use object_store::multipart::MultipartStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use std::time::Duration;

/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a server may be silent in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(30);

/// All that is asked of an object store.
pub(super) trait Cloud: ObjectStore + MultipartStore + PaginatedListStore {}

impl<T: ObjectStore + MultipartStore + PaginatedListStore> Cloud for T {}

/// The client for an address.
///
/// # Errors
/// Where its variables do not fit together.
pub(super) fn client(address: &Address) -> Result<Box<dyn Cloud>, Error> {
    address.refuse_plain_http()?;
    // The one provider of cryptography; that another thread was faster is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A large file takes as long as it takes: what is limited is silence.
    let options = ClientOptions::new().with_timeout_disabled().with_connect_timeout(CONNECT).with_read_timeout(SILENCE);
    // Patience is ours, since a create that was in doubt must be known as such.
    let impatient = RetryConfig { max_retries: 0, ..RetryConfig::default() };
    let bucket = &address.bucket;
    let made = match address.kind {
        Kind::Amazon => {
            let builder = AmazonS3Builder::new().with_client_options(options);
            let known = address.variables().filter_map(|(name, value)| Some((name.parse().ok()?, value)));
            let builder = known.fold(builder, |builder, (key, value)| builder.with_config(key, value));
            builder.with_bucket_name(bucket).with_retry(impatient).build().map(|made| Box::new(made) as Box<dyn Cloud>)
        }
        Kind::Google => {
            let builder = GoogleCloudStorageBuilder::new().with_client_options(options);
            let known = address.variables().filter_map(|(name, value)| Some((name.parse().ok()?, value)));
            let builder = known.fold(builder, |builder, (key, value)| builder.with_config(key, value));
            builder.with_bucket_name(bucket).with_retry(impatient).build().map(|made| Box::new(made) as Box<dyn Cloud>)
        }
        Kind::Azure => {
            let builder = MicrosoftAzureBuilder::new().with_client_options(options);
            let known = address.variables().filter_map(|(name, value)| Some((name.parse().ok()?, value)));
            let builder = known.fold(builder, |builder, (key, value)| builder.with_config(key, value));
            builder
                .with_container_name(bucket)
                .with_retry(impatient)
                .build()
                .map(|made| Box::new(made) as Box<dyn Cloud>)
        }
    };
    made.map_err(|refusal| address.unmade(&refusal))
}
