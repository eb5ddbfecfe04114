//! Scenes: the real program, in a folder of its own, against real components. A module a command.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test ends where something is not as it must be, and is itself an edge"
)]

#[cfg(target_os = "linux")]
mod admin;
#[cfg(target_os = "linux")]
mod admin_at_a_terminal;
#[cfg(all(target_os = "linux", feature = "build"))]
mod azurite;
#[cfg(target_os = "linux")]
mod booted;
#[cfg(feature = "build")]
mod build;
#[cfg(all(target_os = "linux", feature = "build"))]
mod build_libraries;
#[cfg(all(target_os = "linux", feature = "build"))]
mod build_places;
#[cfg(feature = "build")]
mod build_refusals;
#[cfg(feature = "build")]
mod build_registries;
#[cfg(feature = "build")]
mod build_tampering;
#[cfg(all(feature = "check", feature = "scaffold"))]
mod built_in_templates;
#[cfg(feature = "check")]
mod check;
#[cfg(all(feature = "check", feature = "scaffold"))]
mod check_config;
#[cfg(all(target_os = "linux", feature = "check", feature = "build", feature = "scaffold"))]
mod check_run;
#[cfg(feature = "check")]
mod check_strangers;
mod check_traps;
#[cfg(feature = "check")]
mod checked;
#[cfg(all(target_os = "linux", feature = "build", feature = "remote", feature = "scaffold"))]
mod ci_path;
#[cfg(target_os = "linux")]
mod compat;
#[cfg(target_os = "linux")]
mod containers;
#[cfg(all(target_os = "linux", feature = "build"))]
mod deploys;
#[cfg(all(target_os = "linux", feature = "build"))]
mod deploys_verified;
#[cfg(all(target_os = "linux", feature = "build"))]
mod dev;
#[cfg(all(target_os = "linux", feature = "scaffold", feature = "check", feature = "build", feature = "export"))]
mod documents;
mod env;
#[cfg(target_os = "linux")]
mod env_export;
#[cfg(all(feature = "check", feature = "scaffold"))]
mod env_source;
#[cfg(feature = "export")]
mod export_compose;
#[cfg(feature = "export")]
mod export_kubernetes;
#[cfg(all(target_os = "linux", feature = "export"))]
mod export_oci;
#[cfg(all(target_os = "linux", feature = "export"))]
mod export_oci_base;
#[cfg(all(target_os = "linux", feature = "export"))]
mod export_oci_registry;
#[cfg(all(target_os = "linux", feature = "export"))]
mod export_systemd;
#[cfg(all(target_os = "linux", feature = "export"))]
mod export_systemd_booted;
#[cfg(all(target_os = "linux", feature = "build"))]
mod following;
#[cfg(all(target_os = "linux", feature = "build"))]
mod google;
#[cfg(all(target_os = "linux", feature = "scaffold", feature = "check", feature = "build", feature = "export"))]
mod guide;
#[cfg(target_os = "linux")]
mod high_water;
#[cfg(target_os = "linux")]
mod hostile;
#[cfg(feature = "scaffold")]
mod hostile_templates;
#[cfg(all(feature = "scaffold", feature = "check"))]
mod init;
#[cfg(feature = "build")]
mod join;
#[cfg(all(target_os = "linux", feature = "build"))]
mod kept;
#[cfg(target_os = "linux")]
mod ledger;
#[cfg(feature = "scaffold")]
mod new;
#[cfg(feature = "scaffold")]
mod new_at_a_terminal;
#[cfg(feature = "scaffold")]
mod new_compiles;
#[cfg(feature = "scaffold")]
mod new_in_a_workspace;
#[cfg(all(target_os = "linux", feature = "build"))]
mod object_server;
mod pages;
#[cfg(feature = "build")]
mod progress;
#[cfg(feature = "build")]
mod registry;
#[cfg(feature = "build")]
mod release;
#[cfg(feature = "build")]
mod reproduce;
#[cfg(all(target_os = "linux", feature = "build"))]
mod rollback;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod run_as_pid_1;
#[cfg(target_os = "linux")]
mod run_config;
#[cfg(all(target_os = "linux", feature = "build"))]
mod run_cycles;
#[cfg(target_os = "linux")]
mod run_exec;
#[cfg(target_os = "linux")]
mod run_host;
#[cfg(target_os = "linux")]
mod run_output;
#[cfg(target_os = "linux")]
mod run_outside;
#[cfg(target_os = "linux")]
mod run_sandbox;
#[cfg(target_os = "linux")]
mod run_services;
#[cfg(target_os = "linux")]
mod run_sockets;
#[cfg(target_os = "linux")]
mod run_status;
#[cfg(target_os = "linux")]
mod run_stopping;
#[cfg(target_os = "linux")]
mod run_verification;
#[cfg(target_os = "linux")]
mod running;
mod scene;
#[cfg(target_os = "linux")]
mod server_alone;
#[cfg(target_os = "linux")]
mod servers;
#[cfg(feature = "build")]
mod shop;
#[cfg(target_os = "linux")]
mod shown;
mod signatures;
#[cfg(all(target_os = "linux", feature = "scaffold"))]
mod signatures_at_a_terminal;
#[cfg(all(target_os = "linux", feature = "build"))]
mod stores;
#[cfg(all(target_os = "linux", feature = "build", feature = "remote"))]
mod stores_faults;
#[cfg(all(target_os = "linux", feature = "build"))]
mod stores_many;
#[cfg(feature = "scaffold")]
mod template_authors;
#[cfg(all(target_os = "linux", feature = "build", feature = "remote", feature = "scaffold"))]
mod template_image;
#[cfg(feature = "scaffold")]
mod templates;
#[cfg(all(target_os = "linux", feature = "scaffold", feature = "build"))]
mod tour;
#[cfg(feature = "scaffold")]
mod update;
#[cfg(all(target_os = "linux", feature = "build", feature = "remote"))]
mod way;
#[cfg(feature = "build")]
mod workspace;
