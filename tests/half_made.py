#!/usr/bin/env python3
"""Nothing half made: release, pull, prune, deploy and rollback are killed at every system call that changes something, made to
fail with EIO, ENOSPC and EINTR at each, run into a full disk, and cut off from power on a loop-mounted ext4. After
each: the store verifies, what was reported as done is there, a deploy is where it was or where it was to be, nothing unfinished
stands in the store, and the same command, typed again, succeeds. Prints its counts; ends with 1 where anything was lost.

Needs strace, and `cargo build` before; the full disk and the power cuts need root. `--short` takes a twelfth of the points. It works in
memory where there is a place for it: a kill leaves what the kernel knows, whatever lies below; the power cuts make an ext4 of their own.
"""
import argparse, collections, fcntl, json, os, pathlib, re, shutil, signal, struct, subprocess, sys, tempfile, threading, time
from concurrent.futures import ThreadPoolExecutor

options = argparse.ArgumentParser()
options.add_argument("--kills", type=int, default=2000)
options.add_argument("--faults", type=int, default=500)
options.add_argument("--cuts", type=int, default=100)
options.add_argument("--short", action="store_true")
options.add_argument("--program", default="target/debug/cargo-twelve")
options.add_argument("--at-once", type=int, default=os.cpu_count())
options = options.parse_args()
if options.short:
    options.kills, options.faults, options.cuts = options.kills // 12, options.faults // 12, options.cuts // 12

# In a mount namespace of our own: another one that is made meanwhile would copy our disks, and keep one alive that was cut off.
if os.geteuid() == 0 and "HALF_MADE_ALONE" not in os.environ and shutil.which("unshare"):
    os.environ["HALF_MADE_ALONE"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])

os.chdir(pathlib.Path(__file__).resolve().parent.parent)
program = str(pathlib.Path(options.program).resolve())
if shutil.which("strace") is None:
    print("SKIPPED: kills and faults, since strace is not installed")
    sys.exit(0)
# What changes a file or a folder; openat is left out, since most of its calls only read.
CALLS = ["mkdir", "mkdirat", "write", "pwrite64", "copy_file_range", "sendfile", "fsync", "fdatasync", "link", "linkat", "unlink",
         "unlinkat", "rmdir", "rename", "renameat", "renameat2", "chmod", "fchmod", "fchmodat", "ftruncate", "utimensat", "openat2"]
memory = "/dev/shm"
work = pathlib.Path(tempfile.mkdtemp(prefix="half-made-", dir=memory if os.access(memory, os.W_OK) else None))
losses, counts = [], {"kills": 0, "faults": 0, "cuts": 0, "full disks": 0}
by_command = collections.Counter()
own = threading.local()

def environment(store, cache):
    """The state folder and the log of the release phase lie beside the cache."""
    keep = {name: os.environ[name] for name in ("PATH", "CARGO_HOME", "RUSTUP_HOME") if name in os.environ}
    home = pathlib.Path.home()
    who = {f"GIT_{kind}_{what}": value for kind in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "ada"), ("EMAIL", "ada@example.org"))}
    return {"CARGO_HOME": str(home / ".cargo"), "RUSTUP_HOME": str(home / ".rustup"), **keep, **who, "HOME": str(work), "USER": "ada",
            "TWELVE_STORE": str(store), "TWELVE_CACHE": str(cache), "TWELVE_STATE": str(cache.parent / "state"),
            "LOG": str(cache.parent / "log"), "NO_COLOR": "1"}

def folder():
    """A working tree of the app for each thread: `release` leaves its portable files there."""
    if not hasattr(own, "folder"):
        own.folder = pathlib.Path(tempfile.mkdtemp(dir=work)) / "shop"
        shutil.copytree(work / "shop", own.folder)
    return own.folder

def run(words, store, cache, wrap=(), check=True):
    done = subprocess.run([*wrap, program, *words], cwd=folder(), env=environment(store, cache), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise SystemExit(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done

def prepare():
    """An app, three releases of it, the build of a fourth that is not released, and deploys that were at one and at two."""
    shop = work / "shop"
    (shop / "src").mkdir(parents=True)
    (shop / "static").mkdir()
    (shop / "Cargo.toml").write_text('[package]\nname = "shop"\nversion = "1.0.0"\nedition = "2024"\n')
    (shop / "Cargo.lock").write_text('version = 4\n\n[[package]]\nname = "shop"\nversion = "1.0.0"\n')
    (shop / "src/main.rs").write_text("fn main() {}\n")
    (shop / "twelve.toml").write_text('[build]\nassets = ["static/**"]\n[processes.web]\ncommand = "shop"\n'
                                        '[admin.migrate]\ncommand = "sh -c \'echo $RELEASE_ID >> $LOG\'"\nbefore-deploy = true\n'
                                        '[config.vars.LOG]\ntype = "path"\n')
    (shop / ".gitignore").write_text("/target\n")
    store, cache = work / "three", work / "no-cache"
    git = lambda *words: subprocess.run(["git", "-C", shop, *words], check=True, env=environment(store, cache), capture_output=True)
    git("init", "-q")
    own.folder = shop
    for number in range(1, 5):
        (shop / f"static/{number}").write_text(str(number) * 100)
        git("add", "-A"), git("commit", "-qm", str(number))
        run(["release"] if number < 4 else ["build"], store, cache)
    four = work / "four.tar.gz"
    shutil.copy(next((shop / "target/twelve").glob("shop-1.0.0-[!v]*-linux-gnu.tar.gz")), four)
    shutil.rmtree(shop / "target")
    deployed = [store]
    for number in (1, 2):
        deployed.append(work / f"at-{number}")
        shutil.copytree(deployed[-2], deployed[-1])
        run(["deploy", "shop@production", f"v{number}"], deployed[-1], cache)
    return *deployed, four

base, at_one, at_two, fourth = prepare()

class Command:
    """What is interrupted: its words, what it starts from, and what must be so when it said that it was done."""
    def __init__(self, name, words, told, begin=None, cached=False, between=()):
        self.name, self.words, self.told, self.begin, self.cached = name, words, told, begin, cached
        # The releases that a deploy may be at, where it is one.
        self.between = between

    def stage(self, at=None):
        at = pathlib.Path(tempfile.mkdtemp(dir=work)) if at is None else at
        store, cache = at / "store", at / "cache"
        if self.begin is not None:
            shutil.copytree(self.begin, store)
        if self.cached:
            run(["pull", "shop@v1"], store, cache)
        return at, store, cache

def released(store, done, _):
    number = done.stdout.strip()
    return not number or (store / f"shop/releases/{number}.json").is_file()

def pulled(_, done, __):
    path = done.stdout.strip()
    return not path or pathlib.Path(path, "build.json").is_file()

def pruned(store, done, _):
    return "v1 " not in done.stdout or len(list(store.glob("shop/builds/*/*.tar.gz"))) == 2

def current(store, cache):
    """The release that is current in production."""
    shown = run(["show", "shop@production", "--format", "json"], store, cache, check=False)
    return json.loads(shown.stdout)["release"]["release"] if shown.returncode == 0 else None

def moved(release, ran):
    """That a deploy that said so is at a release, and that its release phase ran where it has one: what that wrote may be lost with
    the power."""
    def told(store, done, cache):
        if done.returncode != 0 and f"is at {release}" not in done.stderr:
            return True
        log = cache.parent / "log"
        ran_here = not ran or os.path.ismount(cache.parent) or log.is_file() and release in log.read_text()
        return current(store, cache) == release and ran_here
    return told

commands = [
    Command("release", ["release", "--build", str(fourth)], released, base),
    Command("first release", ["release", "--build", str(fourth)], released),
    Command("pull", ["pull", "shop@v2"], pulled, base),
    Command("pull beside another", ["pull", "shop@v3"], pulled, base, cached=True),
    Command("pull again", ["pull", "--again", "shop@v1"], pulled, base, cached=True),
    Command("prune", ["prune", "shop", "--keep", "1"], pruned, base),
    Command("first deploy", ["deploy", "shop@production", "v1"], moved("v1", True), base, between=(None, "v1")),
    Command("deploy", ["deploy", "shop@production", "v2"], moved("v2", True), at_one, between=("v1", "v2")),
    Command("rollback", ["rollback", "shop@production"], moved("v1", False), at_two, between=("v2", "v1")),
]

def points(command):
    """Every call that changes something, with how often a single thread makes it."""
    at, store, cache = command.stage()
    log = at / "log"
    run(command.words, store, cache, wrap=["strace", "-f", "-o", log, "-e", "trace=" + ",".join(f"?{call}" for call in CALLS)])
    made = {}
    for line in log.read_text().splitlines():
        found = re.match(r"(\d+) +(\w+)\(", line)
        if found and found.group(2) in CALLS:
            key = (found.group(1), found.group(2))
            made[key] = made.get(key, 0) + 1
    shutil.rmtree(at, ignore_errors=True)
    most = {}
    for (_, call), count in made.items():
        most[call] = max(most.get(call, 0), count)
    return [(call, when) for call, count in sorted(most.items()) for when in range(1, count + 1)]

def verify(command, store, cache, done, what):
    """What must be so after an interruption."""
    lose = lambda why: losses.append(f"{command.name}, {what}: {why}")
    if not command.told(store, done, cache):
        lose(f"it said {done.stdout + done.stderr!r}, and that is not there")
    # One that holds nothing yet is not called whole.
    if store.exists() and any(store.iterdir()):
        whole = run(["verify", "--all"], store, cache, check=False)
        if whole.returncode != 0:
            lose(f"the store does not verify: {whole.stdout}{whole.stderr}")
        left = [str(path) for path in store.rglob(".*")]
        if left:
            lose(f"unfinished files stand in the store: {left}")
    again = list(command.words)
    if command.between:
        at = current(store, cache)
        if at not in command.between:
            lose(f"production is at {at}, neither where it was nor where it was to be: {command.between}")
        if command.name == "rollback":
            # Typed again after it was done it would go back once more.
            again.append(command.between[1])
        if any(not path.with_suffix(".done.json").exists() for path in store.glob("shop/deploys/production/[0-9].json")):
            again.append("--take-over")
    once_more = run(again, store, cache, check=False)
    if once_more.returncode != 0:
        lose(f"typed again it ends with {once_more.returncode}: {once_more.stderr}")
    if not command.told(store, once_more, cache):
        lose(f"typed again it said {once_more.stdout + once_more.stderr!r}, and that is not there")
    whole = run(["verify", "--all"], store, cache, check=False)
    if whole.returncode != 0:
        lose(f"after it was typed again the store does not verify: {whole.stdout}{whole.stderr}")
    left = [str(path) for path in cache.glob("*/.staging-*")]
    if left:
        lose(f"unfinished trees stand in the cache: {left}")

def remove(path):
    for folder, _, _ in os.walk(path):
        os.chmod(folder, 0o755)
    shutil.rmtree(path, ignore_errors=True)

def inject(command, call, when, what, kind):
    at, store, cache = command.stage()
    wrap = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={when}"]
    done = run(command.words, store, cache, wrap=wrap, check=False)
    verify(command, store, cache, done, f"{what} at {call} {when}")
    counts[kind] += 1
    by_command[command.name] += 1
    remove(at)

def spread(all_points, most):
    """So many of the points, evenly, the whole list again where there are fewer."""
    if most <= len(all_points):
        return [all_points[index * len(all_points) // most] for index in range(most)]
    return [all_points[index % len(all_points)] for index in range(most)]

def full_disk():
    """A real full disk, of several sizes, then one with room."""
    for kilobytes in (64, 128, 192, 256, 320, 448):
        at = pathlib.Path(tempfile.mkdtemp(dir=work))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "half-made", at], check=True)
        try:
            for command in (*commands[1:3], commands[6]):
                inner = at / command.name.replace(" ", "-")
                inner.mkdir()
                store = inner / "store"
                if command.begin is not None:
                    # What is written into the cache meets the full disk.
                    store = pathlib.Path(tempfile.mkdtemp(dir=work)) / "store"
                    shutil.copytree(command.begin, store)
                done = run(command.words, store, inner / "cache", check=False)
                if done.returncode not in (0, 74):
                    losses.append(f"{command.name}, {kilobytes}k: it ended with {done.returncode}: {done.stderr}")
                if done.returncode == 74 and "hint" not in done.stderr and "No space" not in done.stderr:
                    losses.append(f"{command.name}, {kilobytes}k: it does not say why: {done.stderr}")
                subprocess.run(["mount", "-o", "remount,size=64m", at], check=True)
                verify(command, store, inner / "cache", done, f"a disk of {kilobytes}k")
                remove(inner)
                subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", at], check=True)
                counts["full disks"] += 1
        finally:
            subprocess.run(["umount", at], check=True)

def end_all_below(folder):
    """Ends what was started from a folder and has left its group: the processes of a release phase, a watchdog."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            seen = [os.readlink(process / name) for name in ("cwd", "exe")]
            seen += [os.readlink(one) for one in (process / "fd").iterdir()]
        except OSError:
            continue
        if any(pathlib.Path(one).is_relative_to(folder) for one in seen):
            os.kill(int(process.name), signal.SIGKILL)

def power_cuts(all_points, most):
    """The command is stopped at a call, the file system cut off from its disk, and mounted again."""
    image, mount = work / "disk", work / "mounted"
    mount.mkdir()
    # After the last point comes the cut when all has been said.
    ends = [(command, None, None) for command in commands]
    for command, call, when in spread(all_points + ends * 4, most):
        # A new file each time: the loop device of the last may not have let go of it yet.
        image.unlink(missing_ok=True)
        subprocess.run(["dd", "if=/dev/zero", f"of={image}", "bs=1M", "count=0", "seek=32", "status=none"], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        subprocess.run(["mount", "-o", "loop", image, mount], check=True)
        at, store, cache = command.stage(mount)
        os.sync()
        wrap = [] if call is None else ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                                        "-e", f"inject={call}:signal=STOP:when={when}"]
        said = [work / "said", work / "told"]
        with open(said[0], "w") as out, open(said[1], "w") as err:
            child = subprocess.Popen([*wrap, program, *command.words], cwd=folder(), env=environment(store, cache),
                                     stdout=out, stderr=err, stdin=subprocess.DEVNULL, start_new_session=True)
            # One that is stopped does not end; one that is not is waited for, however slow the machine is.
            end = time.monotonic() + (60 if call is None else 0.6)
            while child.poll() is None and time.monotonic() < end:
                time.sleep(0.01)
            ended = 1 if child.poll() is None else child.returncode
        root = os.open(mount, os.O_RDONLY)
        fcntl.ioctl(root, 0x8004587D, struct.pack("I", 2))
        os.close(root)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        end_all_below(mount)
        for _ in range(200):
            if subprocess.run(["umount", mount], capture_output=True).returncode == 0:
                break
            time.sleep(0.05)
        else:
            raise OSError(f"`{mount}` stays in use")
        subprocess.run(["mount", "-o", "loop", image, mount], check=True)
        done = subprocess.CompletedProcess([], ended, *[one.read_text() for one in said])
        verify(command, store, cache, done, f"a power cut at {call} {when}")
        counts["cuts"] += 1
        by_command[command.name] += 1
        subprocess.run(["umount", mount], check=True)

def inject_all(cases, kind):
    with ThreadPoolExecutor(options.at_once) as crew:
        for done in [crew.submit(inject, *case, kind) for case in cases]:
            done.result()

try:
    all_points = [(command, *point) for command in commands for point in points(command)]
    inject_all([(*point, "signal=KILL") for point in spread(all_points, options.kills)], "kills")
    faults = [(*point, f"error={error}") for error in ("EIO", "ENOSPC", "EINTR") for point in all_points]
    inject_all(spread(faults, options.faults), "faults")
    if os.geteuid() == 0:
        try:
            full_disk()
            power_cuts(all_points, options.cuts)
        except (subprocess.CalledProcessError, OSError) as cause:
            print(f"SKIPPED: the rest of full disks and power cuts, since this machine does not allow it: {cause}")
    else:
        print("SKIPPED: full disks and power cuts, since they need root")
finally:
    if os.path.ismount(work / "mounted"):
        subprocess.run(["umount", "-l", work / "mounted"])
    remove(work)
for loss in losses:
    print(f"LOST: {loss}")
print(", ".join(f"{name}: {count}" for name, count in by_command.items()))
print(f"{len(all_points)} points; " + ", ".join(f"{count} {kind}" for kind, count in counts.items()) + f": {len(losses)} losses")
sys.exit(1 if losses else 0)
