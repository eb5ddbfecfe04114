#!/usr/bin/env python3
"""A laptop gets the backing services that a contract names: `export compose`, brought up by podman-compose with real servers.

No image is fetched. The images of PostgreSQL and Redis are stand-ins, made from the programs of this machine and started with the variables
that the published images take (POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB). The URLs are taken from the environment of a running process of
the app, and must open both servers from inside the network: with the password, by the services' names, at the versions that were asked for.
Needs root, podman, `cargo build`, and what tests/all installs. Prints what it saw; ends with 1 where that is not as it must be.
"""
import atexit, glob, io, os, pathlib, re, shutil, subprocess, sys, tarfile, tempfile, urllib.request
from surroundings import PATIENCE, environment, own_podman, parcel, wait_for

os.chdir(pathlib.Path(__file__).resolve().parent.parent)
program = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/cargo-twelve").resolve())
tool = pathlib.Path("target/tools/podman-compose").resolve()
postgres = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"))), None)
PORT = 7400
for what, there in (("root", os.getuid() == 0), ("podman", shutil.which("podman")), ("runc", shutil.which("runc")), ("podman-compose", tool.exists()),
                    ("PostgreSQL", postgres), ("redis-server", shutil.which("redis-server")), ("dash", shutil.which("dash"))):
    if not there:
        print(f"SKIPPED: tests/compose_services.py, since this machine has no {what}")
        sys.exit(0)
work = pathlib.Path(tempfile.mkdtemp(prefix="compose-"))
atexit.register(shutil.rmtree, work, ignore_errors=True)

DECLARATION = """[app]
name = "parcel"
[processes.web]
command = "parcel serve"
port = true
stop-timeout = "5s"
[admin.report]
command = "parcel report"
[config.vars.DATABASE_URL]
type = "service-url"
schemes = ["postgres"]
version = "15"
secret = true
[config.vars.CACHE_URL]
type = "service-url"
schemes = ["redis"]
[config.vars.SESSION_KEY]
type = "string"
secret = true
"""
DATABASE = """#!/bin/sh
set -e
echo "$POSTGRES_PASSWORD" > /tmp/password
initdb -D /tmp/data -U "$POSTGRES_USER" --pwfile=/tmp/password -A scram-sha-256 -E UTF8 --no-locale --no-sync
echo 'host all all all scram-sha-256' >> /tmp/data/pg_hba.conf
echo "CREATE DATABASE $POSTGRES_DB" | postgres --single -D /tmp/data postgres
exec postgres -D /tmp/data -c 'listen_addresses=*' -c unix_socket_directories=/tmp -c fsync=off
"""

def command(*words, check=True, folder=work, **more):
    done = subprocess.run([*map(str, words)], cwd=folder, env=environment(work, **more), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise SystemExit(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done

def podman(*words, check=True):
    return command("podman", *words, check=check, **containers)

def compose(*words, check=True):
    return command(sys.executable, "-m", "podman_compose", *words, check=check, folder=work / "compose", PYTHONPATH=tool, **containers)

def get(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=PATIENCE) as answer:
        return answer.read().decode()

def stand_in(name, programs, start, files=(), user="0"):
    """An image from programs of this machine, with the libraries that they need."""
    wanted = {pathlib.Path("/bin/sh"): shutil.which("dash")}
    for one in programs:
        wanted[pathlib.Path("/usr/bin") / pathlib.Path(one).name] = one
    libraries = {line for one in wanted.values()
                 for line in re.findall(r"(/\S+) \(0x", subprocess.run(["ldd", os.path.realpath(one)], capture_output=True, text=True).stdout)}
    path = work / "image.tar"
    with tarfile.open(path, "w", dereference=True) as archive:
        for target, source in [*wanted.items(), *((one, one) for one in sorted(libraries))]:
            if not any(str(source).startswith(folder) for folder in files):
                archive.add(os.path.realpath(source), str(target).lstrip("/"))
        for folder in files:
            archive.add(folder, folder.lstrip("/"))
        temporary = tarfile.TarInfo("tmp")
        temporary.type, temporary.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(temporary)
        for target, text, mode in (("start", start, 0o755), ("etc/passwd", "postgres:x:101:101::/tmp:/bin/sh\n", 0o644)):
            entry = tarfile.TarInfo(target)
            entry.size, entry.mode = len(text), mode
            archive.addfile(entry, io.BytesIO(text.encode()))
    binaries = f"{postgres}:/usr/bin:/bin"
    podman("import", "-q", "--change", f"ENV PATH={binaries}", "--change", 'CMD ["/start"]', "--change", f"USER {user}", path, name)
    path.unlink()

containers = {}

def prepare():
    containers.update(own_podman(work / "podman"))
    app = parcel(work, DECLARATION)
    command(program, "release", folder=app)
    (app / ".env").write_text("SESSION_KEY=hunter2\n")
    (app / ".env").chmod(0o600)
    podman("import", "-q", next((work / "store/parcel/builds").glob("*/*.tar.gz")), "localhost/parcel")
    version = pathlib.Path(postgres).parent
    stand_in("docker.io/library/postgres:15", [f"{postgres}/{one}" for one in ("initdb", "pg_isready", "postgres", "psql")], DATABASE,
             [str(version), f"/usr/share/postgresql/{version.name}"], user="101")
    stand_in("docker.io/library/redis:7", [shutil.which("redis-server"), shutil.which("redis-cli")],
             "#!/bin/sh\nexec redis-server --protected-mode no --save ''\n")
    command(program, "export", "compose", "--release-id", "parcel@v1", "--image", "localhost/parcel", "--service",
            "CACHE_URL=docker.io/library/redis:7", "--env-file", ".env", "--with-secrets", "--port", PORT, "--to", work / "compose", folder=app)

seen = []

def see(what, is_so, otherwise=""):
    seen.append(bool(is_so))
    print(f"{'ok' if is_so else 'BAD'}  {what}{'' if is_so else f': {otherwise}'}")

prepare()
try:
    compose("up", "-d")
    wait_for("the app", lambda: get("/"))
    env = dict(line.split("=", 1) for line in get("/env").splitlines())
    see("the app answers at its port on loopback", get("/") == "ok")
    see("the secret is in its environment", env.get("SESSION_KEY") == "hunter2", env.get("SESSION_KEY"))
    ask_database = ("run", "--rm", "--network", "parcel_default", "docker.io/library/postgres:15", "psql", env["DATABASE_URL"], "-Atc",
                    "select current_user || '@' || current_database()")
    answer = wait_for("PostgreSQL", lambda: podman(*ask_database, check=False).stdout.strip(), pause=1)
    see("its DATABASE_URL opens PostgreSQL, with a password", answer == "parcel@parcel", answer)
    wrong = env["DATABASE_URL"].replace(":parcel@", ":wrong@")
    refused = podman(*[wrong if word == env["DATABASE_URL"] else word for word in ask_database], check=False)
    see("and a wrong password does not", "password authentication failed" in refused.stderr, refused.stderr)
    ask_cache = ("run", "--rm", "--network", "parcel_default", "docker.io/library/redis:7", "redis-cli", "-u", env["CACHE_URL"], "ping")
    see("its CACHE_URL opens Redis", podman(*ask_cache).stdout.strip() == "PONG")
    for service in ("database", "cache"):
        asked = wait_for(f"the health of {service}", lambda: podman("healthcheck", "run", f"parcel_{service}_1", check=False).returncode == 0)
        see(f"the health check of `{service}` passes", asked)
    running = podman("ps", "--format", "{{.Names}}").stdout.split()
    see("no admin process was started", sorted(running) == ["parcel_cache_1", "parcel_database_1", "parcel_web.1_1"], running)
    admin = compose("--profile", "admin", "run", "--rm", "admin.report", check=False)
    see("an admin process runs in the same place", admin.returncode == 3 and f"DATABASE_URL={env['DATABASE_URL']}" in admin.stdout, admin)
finally:
    if not all(seen) or len(seen) < 8:
        print(podman("ps", "-a").stdout, podman("logs", "parcel_database_1", check=False), sep="\n")
    down = compose("down", check=False)
    left = podman("ps", "-a", "--format", "{{.Names}}").stdout.split()
    podman("rm", "--all", "--force", "--time", "0", check=False)
see("down leaves nothing", down.returncode == 0 and not left, f"{down} {left}")
print(f"{seen.count(True)} of {len(seen)} as they must be")
sys.exit(0 if all(seen) else 1)
