//! `cargo twelve export kubernetes`: manifests for a cluster.

use super::container_options::ContainerOptions;
use super::release::config;
use crate::app::StopSignal;
use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::export::kubernetes::{KubernetesExport, ObjectName, kubernetes, secret_names};
use crate::export::{Exported, SecretValues};
use crate::report::{Event, shell_word};
use clap::Args;

/// Manifests for Kubernetes 1.30 or newer: the release phase, then a Deployment a process type, Services, CronJobs
#[derive(Debug, Args)]
#[command(
    override_usage = "cargo twelve export kubernetes --release-id <RELEASE> --image <IMAGE>\n           \
                      --to <DIR> [OPTIONS]",
    after_help = "Example:
  cargo twelve export kubernetes --release-id v42 --env-file prod.env \\
    --image registry.example.org/shop@sha256:... --to k8s
  cargo twelve env export --to k8s-secret --release-id v42 \\
    --env-file prod.env | kubectl apply -f -
  kubectl apply -f k8s
  kubectl apply -f k8s/release-phase &&
    kubectl wait --for=condition=complete --timeout=10m -f k8s/release-phase &&
    kubectl apply -f k8s/processes
  cargo twelve deploy production v42 --external

An env file need not hold secrets: manifests refer to the Secret APP-config name by name, and hold no value of it."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    container: ContainerOptions,

    /// The namespace of all objects [default: that of whoever applies them]
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
}

/// Writes them.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let container = &arguments.container;
    let image = container.image()?;
    image.pinned()?;
    let namespace = arguments.namespace.as_ref().map(|name| name.parse::<ObjectName>()).transpose()?;
    let files = container.config.read(surroundings)?;
    let exported = container.exported(&files, surroundings)?;
    let secrets = container.secrets();
    // The cluster gives the secrets whose values are not written here.
    let config = config(&exported, &files, |one| !one.secret || secrets == SecretValues::Written, surroundings)?;
    let export = KubernetesExport { image: &image, namespace: namespace.as_ref(), config: &config, secrets };
    let own = arguments.namespace.iter().flat_map(|name| ["--namespace".to_owned(), name.clone()]);
    let generated = kubernetes(&exported, &export, container.generated("kubernetes", &exported, own))?;
    warnings(&exported).for_each(|event| surroundings.reporter.tell(&event));
    let names = secret_names(&exported, &export);
    if secrets == SecretValues::LeftOut && !names.is_empty() {
        surroundings.reporter.tell(&arguments.secret_to_make(&exported, &names));
    }
    container.write(&generated, &exported, surroundings)
}

impl Arguments {
    /// Which Secret the manifests refer to, and what makes it.
    fn secret_to_make(&self, exported: &Exported, names: &[String]) -> Event {
        let secret = crate::export::kubernetes::secret_name(exported.app());
        let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let namespace = self.namespace.as_ref().map(|name| format!(" -n {name}")).unwrap_or_default();
        let file = self.container.config.env_files.first();
        let file = file.map_or_else(|| "FILE".into(), |file| shell_word(&file.display().to_string()));
        let reference = exported.reference();
        let text = format!(
            "the Secret `{secret}` has to hold {names}: `cargo twelve env export --to k8s-secret --release-id {reference} \
             --env-file {file} | kubectl apply{namespace} -f -`"
        );
        Event::Note { text }
    }
}

/// What Kubernetes does otherwise than the declaration says.
fn warnings(exported: &Exported) -> impl Iterator<Item = Event> {
    let processes = exported.declaration().processes.iter();
    processes.filter(|process| process.stop_signal != StopSignal::Term).map(|process| {
        let (name, signal) = (&process.name, process.stop_signal);
        Event::warning_with_hint(
            format!("`{name}` stops on {signal}, and Kubernetes sends the signal that its image names"),
            format!("see that the image says so: `skopeo inspect --config docker://IMAGE` has `\"StopSignal\": \"{signal}\"`"),
        )
    })
}
