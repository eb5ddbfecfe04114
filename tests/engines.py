#!/usr/bin/env python3
"""One suite, every engine: the same release and the same config, run by `cargo twelve run` and by the engines that it is exported to.

What each engine is asked: the environment that a process sees, name by name against `run`'s; its port; its lines; the end of a request in
flight when it is told to stop; its exit code; a tree that it cannot write to; an admin process; a second instance. Prints the answers as a
table in markdown, and what differs; ends with 1 where an answer is another than it must be.

    tests/engines.py                 every engine that this machine has
    tests/engines.py run systemd     these

Needs `cargo build` before. Another engine is a class: `start`, `stop`, `logs`, `admin` and `own_names`.
"""
import argparse, atexit, base64, json, os, pathlib, re, shutil, signal, socket, subprocess, sys, tempfile, threading, time, urllib.request
from surroundings import PATIENCE, environment, own_podman, parcel, wait_for

os.chdir(pathlib.Path(__file__).resolve().parent.parent)
options = argparse.ArgumentParser()
options.add_argument("engines", nargs="*")
options.add_argument("--program", default="target/debug/cargo-twelve")
options = options.parse_args()
program = str(pathlib.Path(options.program).resolve())
BASE = 7300
# podman makes an image's name of the path of its folder, and a random name may hold what no image name may.
work = pathlib.Path(tempfile.gettempdir()) / f"engines-{os.getpid()}"
work.mkdir(mode=0o700)
atexit.register(shutil.rmtree, work, ignore_errors=True)

DECLARATION = """[app]
name = "parcel"
[build]
assets = ["static/**"]
[processes.web]
command = "parcel serve"
port = true
ready = "/readyz"
stop-timeout = "10s"
count = 2
[processes.worker]
command = "parcel work"
restart = "on-failure"
[admin.report]
command = "parcel report"
schedule = "0 3 * * *"
[config.vars.DATABASE_URL]
type = "service-url"
schemes = ["postgres"]
secret = true
[config.vars.GREETING]
type = "string"
[config.vars.MODE]
type = "enum"
values = ["calm", "busy"]
default = "calm"
[sandbox]
"""
# What the app must see and what an engine could garble: quotes, a dollar, a percent sign, a line end, white space at the ends.
CONFIG = {"DATABASE_URL": "postgres://parcel:s%40cret$1@db.example/parcel?sslmode=disable",
          "GREETING": " it's \"50%\" of $HOME \\ `id`\nand more "}

def twelve(*words, check=True, **more):
    done = subprocess.run([program, *map(str, words)], cwd=work / "parcel", env=environment(work, **more), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise SystemExit(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done

def quoted(value):
    """A value as an env file holds it."""
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'

def prepare():
    """The app, released once, and its env file."""
    shop = parcel(work, DECLARATION, {"static/hello.txt": "hello\n"})
    twelve("release")
    # Readable for engines that drop root before they read it.
    env_file = shop / "prod.env"
    env_file.write_text("".join(f"{name}={quoted(value)}\n" for name, value in CONFIG.items()))
    env_file.chmod(0o600)
    return env_file

def get(port, path="/", host="127.0.0.1", timeout=PATIENCE):
    with urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=timeout) as answer:
        return answer.read().decode()

def variables(text):
    """The variables that the app printed; what else is said before them is the engine's."""
    return dict(line.split("=", 1) for line in text.splitlines() if re.match("[A-Za-z_][A-Za-z0-9_]*=", line))

class Engine:
    """What runs a release. A process is named as PROCESS names it: `web.1`."""
    name = None
    # Names that the engine gives its processes by itself, beside those of `run`; with the reason where it is not plain.
    own_names = {}
    own_names_of_admin = set()
    # Names whose values are the engine's own: those of the machine and of private folders.
    own_values = {"TMPDIR", "HOME", "USER", "PATH", "LANG"}
    # Names that it need not give, since they are those of a machine.
    not_given = set()
    # What this engine cannot be asked, with the reason: printed in the table.
    cannot = {}

    @classmethod
    def lacks(cls):
        """What this machine has not, that the engine needs; none where it can run."""
        return None

    def start(self, process):
        """Starts one process and returns without waiting for it to be ready."""
        raise NotImplementedError

    def stop(self, process):
        """Tells one process to stop, as the engine does, and returns its exit code when it has ended."""
        raise NotImplementedError

    def exit_code(self, process):
        """The code of a process that ended by itself."""
        raise NotImplementedError

    def logs(self, process):
        """All that the process has said so far."""
        raise NotImplementedError

    def admin(self, name):
        """Runs an admin process to its end: its code and what it said."""
        raise NotImplementedError

    def address(self, process):
        """Host and port of a web process, from outside."""
        return "127.0.0.1", BASE + int(process.split(".")[1]) - 1

    def close(self):
        """Ends and removes everything."""

class Run(Engine):
    """`cargo twelve run` itself: what the others are held against. Each process is a formation of its own instance."""
    name = "run"

    def __init__(self, env_file):
        self.env_file, self.running = env_file, {}

    def start(self, process):
        kind, number = process.split(".")
        said = open(work / f"run-{process}.log", "wb")
        # A second instance alone is `--exec web.2`; the first comes under the supervisor.
        words = [f"{kind}=1"] if number == "1" else ["--exec", process]
        self.running[process] = subprocess.Popen(
            [program, "run", "--release-id", "parcel@v1", "--env-file", self.env_file, "--port", str(BASE), *words],
            cwd=work, env=environment(work), stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def stop(self, process):
        self.running[process].send_signal(signal.SIGTERM)
        return self.running[process].wait(PATIENCE)

    def exit_code(self, process):
        return self.running[process].wait(PATIENCE)

    def logs(self, process):
        return (work / f"run-{process}.log").read_text()

    def admin(self, name):
        done = twelve("admin", "--release-id", "parcel@v1", "--env-file", self.env_file, name, check=False)
        return done.returncode, done.stdout

    def close(self):
        for one in self.running.values():
            if one.poll() is None:
                one.terminate()
                one.wait(PATIENCE)

class Systemd(Engine):
    """`export systemd`, under a systemd that was booted in a container."""
    name = "systemd"

    @classmethod
    def lacks(cls):
        if os.getuid() != 0:
            return "root"
        return next((tool for tool in ("systemd-nspawn", "nsenter") if shutil.which(tool) is None), None)

    def __init__(self, env_file):
        units = work / "units"
        twelve("export", "systemd", "--release-id", "parcel@v1", "--env-file", env_file.name, "--port", BASE, "--to", units,
               "--server-program", "/srv/cargo-twelve", "--server-store", "/srv/store")
        self.stopped = {}
        # What a container of the scenes is told too; options, then words for the systemd in it.
        boot = pathlib.Path("tests/fixtures/nspawn").read_text().splitlines()
        self.machine = subprocess.Popen(
            ["systemd-nspawn", *(line for line in boot if line.startswith("-")),
             f"--machine=engines-{os.getpid()}", f"--bind-ro={units}:/etc/systemd/system",
             f"--bind-ro={program}:/srv/cargo-twelve", f"--bind-ro={work / 'store'}:/srv/store",
             f"--bind-ro={env_file}:/etc/parcel/prod.env", *(line for line in boot if not line.startswith("-"))],
            stdin=subprocess.DEVNULL, stdout=open(work / "systemd.log", "wb"), stderr=subprocess.STDOUT)
        wait_for("systemd", lambda: self.inside("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"))

    def inside(self, *words, check=False):
        children = pathlib.Path(f"/proc/{self.machine.pid}/task/{self.machine.pid}/children").read_text().split()
        if not children:
            raise OSError("no leader yet")
        done = subprocess.run(["nsenter", "-t", children[0], "-m", "-u", "-i", "-n", "-p", "-C", "--", *words], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise SystemExit(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}\n{self.inside('journalctl', '-o', 'cat').stdout}")
        return done

    def unit(self, process):
        kind, number = process.split(".")
        return f"parcel-{kind}@{number}.service"

    def start(self, process):
        self.inside("systemctl", "start", self.unit(process), check=True)

    def stop(self, process):
        self.inside("systemctl", "stop", self.unit(process), check=True)
        return self.main_code(process)

    def main_code(self, process):
        return int(self.inside("systemctl", "show", "-P", "ExecMainStatus", self.unit(process), check=True).stdout)

    def exit_code(self, process):
        # It is started again; the journal has the code that it ended with.
        def code():
            said = self.inside("journalctl", "-u", self.unit(process), "-o", "cat", "_PID=1").stdout
            return re.findall(r"Main process exited, code=exited, status=(\d+)", said)
        return int(wait_for("its end", code)[-1])

    def logs(self, process):
        return self.inside("journalctl", "-t", "parcel-" + process, "-o", "cat").stdout

    def admin(self, name):
        unit = f"parcel-admin-{name}.service"
        self.inside("systemctl", "start", unit)
        code = int(self.inside("systemctl", "show", "-P", "ExecMainStatus", unit, check=True).stdout)
        return code, self.inside("journalctl", "-t", f"parcel-admin.{name}", "-o", "cat").stdout

    def close(self):
        self.inside("systemctl", "poweroff")
        self.machine.wait(PATIENCE)

class Containers(Engine):
    """Engines whose processes are containers of a podman of the suite's own: nothing of it is left outside of the suite's folder."""
    # The runtime's own: the container's name, and what podman says of itself.
    own_names = {"HOSTNAME", "TERM", "container"}
    # An image says where its process listens, and nobody can take that back for an admin process.
    own_names_of_admin = {"PORT"}
    # An image speaks no language.
    not_given = {"LANG"}

    @classmethod
    def lacks(cls):
        if os.getuid() != 0:
            return "root"
        return next((tool for tool in ("podman", "runc") if shutil.which(tool) is None), None)

    def __init__(self):
        self.environment = environment(work, **own_podman(work / f"podman-{self.name.split()[-1]}"))
        self.image = self.imported()

    def imported(self):
        """The release as an image of `export oci`, by its digest."""
        folder = work / "image"
        if not folder.exists():
            twelve("export", "oci", "--release-id", "parcel@v1", "--process", "web", "--to", folder)
        pulled = self.podman("pull", "-q", f"oci:{folder}").stdout.strip()
        self.podman("tag", pulled, "localhost/parcel")
        digest = self.podman("images", "--digests", "--format", "{{.Digest}}", "localhost/parcel").stdout.split()[0]
        return f"localhost/parcel@{digest}"

    def podman(self, *words, check=True):
        return self.command("podman", *words, check=check)

    def command(self, *words, check=True, **more):
        done = subprocess.run([*map(str, words)], env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)
        if check and done.returncode != 0:
            raise SystemExit(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def container(self, process):
        """The name of a process's container."""
        raise NotImplementedError

    def state(self, process, what):
        return self.podman("inspect", "--format", "{{." + what + "}}", self.container(process)).stdout.strip()

    def logs(self, process):
        said = self.podman("logs", self.container(process))
        return said.stdout + said.stderr

    def exit_code(self, process):
        # It is started again meanwhile, and its state is that of the next.
        words = ("events", "--stream=false", "--filter", "event=died", "--filter", f"container={self.container(process)}")
        died = wait_for("its end", lambda: self.podman(*words, "--format", "{{json .}}").stdout.splitlines())
        return json.loads(died[0]).get("ContainerExitCode", 0)

    def close(self):
        self.podman("pod", "rm", "--all", "--force", "--time", "0", check=False)
        self.podman("rm", "--all", "--force", "--time", "0", check=False)

class Oci(Containers):
    """`export oci`: images in a real registry, pulled and run by podman, each process a container."""
    name = "podman run"

    @classmethod
    def lacks(cls):
        return super().lacks() or (None if shutil.which("docker-registry") else "docker-registry")

    def imported(self):
        """Nothing beforehand: the images come from the registry."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (work / "registry.yml").write_text(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {work}/images}}}}\n"
                                           f"http: {{addr: '127.0.0.1:{port}'}}\n")
        (work / "registries.conf").write_text('[[registry]]\nlocation = "127.0.0.1"\ninsecure = true\n')
        self.environment["CONTAINERS_REGISTRIES_CONF"] = work / "registries.conf"
        self.registry = subprocess.Popen(["docker-registry", "serve", work / "registry.yml"], stdin=subprocess.DEVNULL,
                                         stdout=open(work / "registry.log", "wb"), stderr=subprocess.STDOUT)
        wait_for("the registry", lambda: socket.create_connection(("127.0.0.1", port)))
        return f"127.0.0.1:{port}/parcel"

    def __init__(self, env_file):
        super().__init__()
        # A file of docker's holds no value that spans lines, and says so; that one comes as `--env NAME`.
        refused = twelve("env", "export", "--to", "docker", "--env-file", env_file.name, check=False)
        assert refused.returncode != 0 and "`GREETING`" in refused.stderr, refused
        plain = work / "parcel/plain.env"
        plain.write_text("".join(f"{name}={quoted(value if chr(10) not in value else 'other')}\n" for name, value in CONFIG.items()))
        (work / "docker.env").write_text(twelve("env", "export", "--to", "docker", "--env-file", plain.name).stdout)
        self.environment |= {name: value for name, value in CONFIG.items() if "\n" in value}
        self.images = {}
        for what in ("web", "worker", "admin.report"):
            words = ("--release-id", "parcel@v1", "--process", what, "--port", BASE, "--to", f"docker://{self.image}")
            self.images[what] = twelve("export", "oci", *words).stdout.strip()

    def words(self, what, *more):
        config = [f"--env-file={work / 'docker.env'}", *(f"--env={name}" for name, value in CONFIG.items() if "\n" in value)]
        return ("run", "-q", "--network=host", "--read-only", *config, *more, self.images[what])

    def container(self, process):
        return "parcel-" + process

    def start(self, process):
        kind, number = process.split(".")
        port = [f"--env=PORT={BASE + int(number) - 1}"] if kind == "web" else []
        self.podman(*self.words(kind, "-d", "--name", self.container(process), f"--env=PROCESS={process}", *port))

    def stop(self, process):
        self.podman("stop", "--time", PATIENCE, self.container(process))
        return int(self.state(process, "State.ExitCode"))

    def admin(self, name):
        done = self.podman(*self.words(f"admin.{name}", "--rm"), check=False)
        return done.returncode, done.stdout

    def close(self):
        super().close()
        self.registry.kill()
        self.registry.wait()

class KubePlay(Containers):
    """`export kubernetes`, the manifests played by podman: one pod a Deployment, its own address, no Service and no preStop."""
    name = "podman kube play"
    # A pod has no number: PROCESS is its name.
    own_values = Engine.own_values | {"PROCESS"}
    cannot = {"second instance": "n/a: each pod has an address of its own, and the same PORT"}

    @classmethod
    def lacks(cls):
        try:
            import yaml
        except ImportError:
            return "Python's yaml (PyPI pyyaml)"
        return super().lacks()

    def __init__(self, env_file):
        super().__init__()
        self.manifests, self.played = work / "k8s", []
        twelve("export", "kubernetes", "--release-id", "parcel@v1", "--image", self.image, "--env-file", env_file.name, "--port", BASE,
               "--with-secrets", "--to", self.manifests)
        # podman 4.3 keeps a Secret that it plays in a form that it cannot read; this is the form that it reads.
        secret = self.read("secret.yaml")
        values = {name: base64.b64encode(value.encode()).decode() for name, value in secret["stringData"].items()}
        (work / "secret.json").write_text(json.dumps(values))
        self.podman("secret", "create", secret["metadata"]["name"], work / "secret.json")

    def read(self, path):
        import yaml
        return yaml.safe_load((self.manifests / path).read_text())

    def play(self, document, name):
        path = work / f"{name}.yaml"
        path.write_text(json.dumps(document))
        # The ConfigMap stands beside: podman knows no cluster that keeps it.
        self.podman("kube", "play", "--configmap", self.manifests / "configmap.yaml", path)
        self.played.append(path)

    def start(self, process):
        kind, number = process.split(".")
        document = self.read(f"processes/{kind}.deployment.yaml")
        document["metadata"]["name"] = f"parcel-{kind}-{number}"
        # podman opens a pod's ports on the host as well, where two pods of a type would meet.
        document["spec"]["template"]["spec"]["containers"][0].pop("ports", None)
        self.play(document, process)

    def container(self, process):
        kind, number = process.split(".")
        return f"parcel-{kind}-{number}-pod-0-{kind}"

    def pod(self, process):
        return self.container(process).rsplit("-", 1)[0]

    def address(self, process):
        infra = self.podman("pod", "inspect", "--format", "{{.InfraContainerID}}", self.pod(process)).stdout.strip()
        networks = json.loads(self.podman("inspect", "--format", "{{json .NetworkSettings.Networks}}", infra).stdout)
        return next(network["IPAddress"] for network in networks.values()), BASE

    def stop(self, process):
        # As a kubelet does it: the container first, while its pod still has a network.
        self.podman("stop", "--time", PATIENCE, self.container(process))
        return int(self.state(process, "State.ExitCode"))

    def admin(self, name):
        # podman 4.3 plays no Jobs: the pod of its template is one.
        template = self.read(f"processes/{name}.cronjob.yaml")["spec"]["jobTemplate"]["spec"]["template"]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"admin-{name}"}, "spec": template["spec"]}
        self.play(pod, f"admin.{name}")
        code = self.podman("wait", f"admin-{name}-{name}").stdout
        return int(code), self.podman("logs", f"admin-{name}-{name}").stdout

    def close(self):
        for path in self.played:
            self.podman("kube", "down", path)
        left = self.podman("ps", "--all", "--quiet").stdout
        super().close()
        if left:
            raise SystemExit(f"podman kube down left {left}")

class Compose(Containers):
    """`export compose`, brought up by podman-compose."""
    name = "compose"
    tool = pathlib.Path("target/tools/podman-compose").resolve()

    @classmethod
    def lacks(cls):
        return super().lacks() or (None if cls.tool.exists() else "podman-compose (tests/all installs it)")

    def __init__(self, env_file):
        super().__init__()
        self.folder = work / "compose"
        twelve("export", "compose", "--release-id", "parcel@v1", "--image", "localhost/parcel", "--env-file", env_file.name, "--port", BASE,
               "--with-secrets", "--to", self.folder)
        self.environment["PYTHONPATH"] = str(self.tool)

    def compose(self, *words, check=True):
        return self.command(sys.executable, "-m", "podman_compose", *words, check=check, cwd=self.folder)

    def start(self, process):
        self.compose("up", "-d", process)

    def container(self, process):
        return f"parcel_{process}_1"

    def stop(self, process):
        self.compose("stop", process)
        return int(self.state(process, "State.ExitCode"))

    def admin(self, name):
        done = self.compose("--profile", "admin", "run", "--rm", f"admin.{name}", check=False)
        return done.returncode, done.stdout

    def close(self):
        self.compose("down", check=False)
        super().close()

def in_flight(engine, process):
    """A request that takes 1.5 s, the order to stop after 0.3 s: its answer and the process's code."""
    host, port = engine.address(process)
    answers = []
    request = threading.Thread(target=lambda: answers.append(get(port, "/slow?1500", host)))
    request.start()
    time.sleep(0.3)
    code = engine.stop(process)
    request.join()
    return (answers or ["cut off"])[0], code

def ask(engine):
    """The whole suite for one engine: a dictionary of answers."""
    answers = {}
    engine.start("web.1")
    host, port = engine.address("web.1")
    ready = lambda process: wait_for(f"{process} of {engine.name}", lambda: get(engine.address(process)[1], host=engine.address(process)[0]))
    ready("web.1")
    answers["environment"] = variables(get(port, "/env", host))
    answers["where"] = get(port, "/where", host)
    answers["lines"] = f"{answers['environment'].get('PROCESS')} listens on" in wait_for("a line", lambda: engine.logs("web.1"))
    tree = answers["where"]
    answers["read-only tree"] = [get(port, "/write?" + path, host) for path in (f"{tree}/new", f"{tree}/static/hello.txt", "/etc/new")]
    answers["private folder"] = get(port, f"/write?{answers['environment'].get('TMPDIR', '/nowhere')}/file", host)
    engine.start("web.2")
    ready("web.2")
    second = variables(get(engine.address("web.2")[1], "/env", engine.address("web.2")[0]))
    answers["second instance"] = second
    engine.start("worker.1")
    wait_for("the worker", lambda: "says so on stderr" in engine.logs("worker.1"))
    answers["worker"] = engine.stop("worker.1")
    answers["drain"] = in_flight(engine, "web.2")
    code, said = engine.admin("report")
    answers["admin"] = code, "report of admin.report" in said, variables(said)
    try:
        get(port, "/exit?7", host)
    except OSError:
        pass
    answers["exit code"] = engine.exit_code("web.1")
    return answers

def differences(engine, found, wanted, process):
    """The names that are not there or are another than under `run`, apart from the engine's own."""
    told = {"PROCESS": process} if process else {}
    lacking = {name for name in wanted if name not in found and name not in engine.not_given}
    more = {name for name in found if name not in wanted and name not in engine.own_names}
    other = {name for name in wanted if name in found and name not in engine.own_values and found[name] != told.get(name, wanted[name])}
    return sorted(f"-{name}" for name in lacking) + sorted(f"+{name}" for name in more) + sorted(f"~{name}" for name in other)

def row(engine, answers, reference):
    """What the table says: for each question a word, `yes` where it is as it must be."""
    yes = lambda good, otherwise: "yes" if good else otherwise
    env, base = answers["environment"], reference["environment"]
    unlike = differences(engine, env, base, None)
    told = differences(engine, answers["second instance"], {**base, "PORT": str(BASE + 1)}, "web.2") if "second instance" not in engine.cannot else []
    code, said, admin = answers["admin"]
    unlike_admin = differences(engine, admin, reference["admin"][2], None)
    unlike_admin = [name for name in unlike_admin if name.lstrip("+") not in engine.own_names_of_admin]
    config = [name for name, value in CONFIG.items() if env.get(name) != value.replace("\n", "\\n").replace(" ", "\\s")]
    return {
        "environment as under `run`": yes(not unlike and not config, " ".join(unlike + config)),
        "port": yes(env.get("PORT") == str(BASE), env.get("PORT")),
        "lines on stdout and stderr": yes(answers["lines"], "no"),
        "tree and system read-only": yes(all(one.startswith("refused") for one in answers["read-only tree"]), str(answers["read-only tree"])),
        "private folder": yes(answers["private folder"] == "written", answers["private folder"]),
        "request in flight at stop": yes(answers["drain"] == ("slept 1500", 0), str(answers["drain"])),
        "worker stops": yes(answers["worker"] == 0, str(answers["worker"])),
        "exit code": yes(answers["exit code"] == 7, str(answers["exit code"])),
        "admin process": yes(code == 3 and said and not unlike_admin, f"{code} {said} {' '.join(unlike_admin)}"),
        "second instance": engine.cannot.get("second instance") or yes(not told, " ".join(told)),
    }

ENGINES = [Run, Systemd, Oci, KubePlay, Compose]

def main():
    named = {engine.name: engine for engine in ENGINES}
    unknown = [name for name in options.engines if name not in named]
    if unknown:
        raise SystemExit(f"no engine {', '.join(unknown)}; there are {', '.join(named)}")
    # `run` always goes first: the others are held against it.
    wanted = [engine for engine in ENGINES if engine is Run or not options.engines or engine.name in options.engines]
    env_file = prepare()
    rows, reference = {}, None
    for engine in wanted:
        lacking = engine.lacks()
        if lacking:
            print(f"SKIPPED: {engine.name}, since this machine has no {lacking}", file=sys.stderr)
            continue
        running = engine(env_file)
        try:
            answers = ask(running)
        finally:
            running.close()
        reference = reference or answers
        rows[engine.name] = row(running, answers, reference)
    questions = list(next(iter(rows.values())))
    lines = ["| | " + " | ".join(rows) + " |", "|" + " --- |" * (len(rows) + 1)]
    lines += [f"| {question} | " + " | ".join(answers[question] for answers in rows.values()) + " |" for question in questions]
    print("\n".join(lines))
    bad = [f"{name}: {question}: {answer}" for name, answers in rows.items() for question, answer in answers.items()
           if answer != "yes" and not answer.startswith("n/a")]
    if len(rows) == len(ENGINES) and "\n".join(lines) not in pathlib.Path("README.md").read_text():
        bad.append("the table in README.md is another one")
    for one in bad:
        print(one, file=sys.stderr)
    sys.exit(1 if bad else 0)

if __name__ == "__main__":
    main()
