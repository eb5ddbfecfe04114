"""What the suites of engines run in: an environment that holds nothing of this machine, an app, a podman of their own, and patience."""
import os, pathlib, subprocess, time

PATIENCE = 60

def environment(work, **more):
    """What commands are run with: PATH, where cargo is, and stores below `work`."""
    keep = {name: os.environ[name] for name in ("PATH", "CARGO_HOME", "RUSTUP_HOME") if name in os.environ}
    home = pathlib.Path.home()
    who = {f"GIT_{kind}_{what}": value for kind in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "ada"), ("EMAIL", "ada@example.org"))}
    return {"CARGO_HOME": str(home / ".cargo"), "RUSTUP_HOME": str(home / ".rustup"), **keep, **who, "HOME": str(work), "USER": "ada",
            "LANG": "C.UTF-8", "TWELVE_STORE": str(work / "store"), "TWELVE_CACHE": str(work / "cache"),
            "TWELVE_STATE": str(work / "state"), "NO_COLOR": "1", **{name: str(value) for name, value in more.items()}}

def parcel(work, declaration, more={}):
    """The app that the engines run, a codebase of one commit below `work`: its folder."""
    app = work / "parcel"
    files = {"Cargo.toml": '[package]\nname = "parcel"\nversion = "1.4.0"\nedition = "2024"\nlicense = "MIT"\n',
             "Cargo.lock": 'version = 4\n\n[[package]]\nname = "parcel"\nversion = "1.4.0"\n',
             # Static, so that an image holds the release and nothing else.
             ".cargo/config.toml": '[build]\nrustflags = ["-Ctarget-feature=+crt-static"]\n',
             "src/main.rs": (pathlib.Path(__file__).parent / "fixtures/service.rs").read_text(),
             "twelve.toml": declaration, ".gitignore": "/target\n*.env\n", **more}
    for name, text in files.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=app, check=True, env=environment(work), capture_output=True)
    return app

def own_podman(home):
    """The variables by which podman keeps everything below `home`, a folder that is made."""
    home.mkdir()
    (home / "containers.conf").write_text(
        '[containers]\ndefault_ulimits=["nofile=1024:1024","nproc=1024:1024"]\nlog_driver="k8s-file"\n'
        f'[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"\ntmp_dir="{home}/tmp"\n')
    (home / "storage.conf").write_text(f'[storage]\ndriver="vfs"\ngraphroot="{home}/graph"\nrunroot="{home}/run"\n')
    return {"CONTAINERS_CONF": home / "containers.conf", "CONTAINERS_STORAGE_CONF": home / "storage.conf"}

def wait_for(what, ask, pause=0.1):
    """Asks again and again until there is an answer."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            answer = ask()
            if answer:
                return answer
        except OSError:
            pass
        if time.monotonic() > until:
            raise SystemExit(f"{what} did not come")
        time.sleep(pause)
