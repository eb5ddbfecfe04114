#!/usr/bin/env python3
"""Two servers that speak like Google's storage, one without PUT and one without HEAD in the XML interface: a release into either is
refused, says why, and leaves nothing. `tests/clouds.sh` calls it."""
import json, os, pathlib, socket, subprocess, sys, tempfile, time, urllib.request

packages, program = pathlib.Path(sys.argv[1]), str(pathlib.Path(sys.argv[2]).resolve())
work = pathlib.Path(tempfile.mkdtemp(prefix="clouds-"))

def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]

def shop():
    folder = work / "shop"
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text('[package]\nname = "shop"\nversion = "1.0.0"\nedition = "2024"\n')
    (folder / "Cargo.lock").write_text('version = 4\n\n[[package]]\nname = "shop"\nversion = "1.0.0"\n')
    (folder / "src/main.rs").write_text("fn main() {}\n")
    (folder / "twelve.toml").write_text('[processes.web]\ncommand = "shop"\n')
    (folder / ".gitignore").write_text("/target\n")
    who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", "-C", folder, *words], check=True)
    return folder

def wait_for(port):
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("a server does not answer")

def servers(port):
    fake = next(packages.glob("**/fake-gcs-server-linux-amd64"))
    yield "fake-gcs-server", [fake, "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory",
                              "-public-host", f"127.0.0.1:{port}"], 69
    start = f"from gcp_storage_emulator.server import create_server; create_server('127.0.0.1', {port}, in_memory=True).run()"
    yield "gcp-storage-emulator", [sys.executable, "-c", start], 69

folder, failed = shop(), 0
home = pathlib.Path.home()
for index in range(2):
    port = free_port()
    name, command, code = list(servers(port))[index]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(packages)}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        made = urllib.request.Request(f"http://127.0.0.1:{port}/storage/v1/b", method="POST", data=b'{"name": "rel"}',
                                      headers={"Content-Type": "application/json"})
        urllib.request.urlopen(made).read()
        key = {"private_key": "none", "private_key_id": "none", "client_email": "none", "disable_oauth": True}
        environment = {"PATH": os.environ["PATH"], "HOME": str(work), "CARGO_HOME": os.environ.get("CARGO_HOME", str(home / ".cargo")),
                       "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(home / ".rustup")), "TWELVE_STORE": "gs://rel/team",
                       "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(key), "GOOGLE_BASE_URL": f"http://127.0.0.1:{port}", "GOOGLE_ALLOW_HTTP": "true"}
        done = subprocess.run([program, "release"], cwd=folder, env=environment, capture_output=True, text=True)
        said = done.stderr.strip().splitlines()[-2:]
        listed = urllib.request.urlopen(f"http://127.0.0.1:{port}/storage/v1/b/rel/o").read()
        names = [one["name"] for one in json.loads(listed).get("items", [])]
        good = done.returncode == code and "does not speak" in done.stderr and not names and done.stdout == ""
        failed += not good
        print(f"{name}: ended with {done.returncode}, {len(names)} objects left {names}: {'ok' if good else 'WRONG'}")
        print("\n".join(f"    {line}" for line in said))
    finally:
        server.terminate()
        server.wait()
print(f"{2 - failed} of 2 servers are refused")
sys.exit(1 if failed else 0)
