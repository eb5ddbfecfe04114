#!/usr/bin/env python3
"""Packs a program into the archive that cargo-binstall fetches: named, and with the program at the place, as Cargo.toml's [package.metadata.binstall] says.

packaging/archive.py PROGRAM TARGET FOLDER     PROGRAM must start here, since it writes its own manual pages and completions

The licences, those of what is compiled into it, the README and the changelog go with it. The same files give the same bytes. Prints the archive's
path, and what its address ends in.
"""

import gzip
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LICENCE = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense)([.-][a-z0-9.-]*)?$", re.IGNORECASE)


def rendered(template: str, values: dict[str, str]) -> str:
    """A template of cargo-binstall: `{ name }`; what it does not know stays, as `{ repo }` at the start of an address."""
    return re.sub(r"\{\s*([a-z-]+)\s*\}", lambda found: values.get(found[1], found[0]), template)


def printed(program: Path, *words: str) -> bytes:
    return subprocess.run([program, *words], check=True, capture_output=True).stdout


def notices(target: str) -> bytes:
    """The licence files of every package that may be compiled into a program for this target, each text once, under the names of who has it."""
    words = ["cargo", "metadata", "--format-version=1", "--locked", "--all-features", f"--filter-platform={target}", "--manifest-path", ROOT / "Cargo.toml"]
    metadata = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    below = {
        node["id"]: [dep["pkg"] for dep in node["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
        for node in metadata["resolve"]["nodes"]
    }
    root = metadata["resolve"]["root"]
    found, ahead = set(), [root]
    while ahead:
        package = ahead.pop()
        ahead += [other for other in below[package] if other not in found and other != root]
        found |= set(below[package])
    holders: dict[str, list[str]] = {}
    for package in (packages[found_id] for found_id in found):
        name = f"{package['name']} {package['version']} ({package['license']})"
        files = [file for file in Path(package["manifest_path"]).parent.rglob("*") if LICENCE.match(file.name) and file.is_file()]
        for text in {file.read_text(errors="replace").strip() for file in files} or {"It ships no text of its licence."}:
            holders.setdefault(text, []).append(name)
    parts = sorted("\n".join([*sorted(names), "", text, ""]) for text, names in holders.items())
    return "\n".join(f"{'-' * 80}\n{part}" for part in parts).encode()


def contents(program: Path, target: str) -> dict[str, bytes]:
    """What stands beside the program."""
    files = {name: (ROOT / name).read_bytes() for name in ("README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE")}
    files["LICENSES-OF-OTHERS.txt"] = notices(target)
    for shell, name in ("bash", "cargo-twelve"), ("zsh", "_cargo-twelve"), ("fish", "cargo-twelve.fish"):
        files[f"completions/{shell}/{name}"] = printed(program, "completions", shell)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "--quiet", "man", "--to", folder], check=True)
        files |= {f"man/man1/{page.name}": page.read_bytes() for page in Path(folder).iterdir()}
    return files


def main(program: Path, target: str, folder: Path) -> None:
    words = ["cargo", "metadata", "--format-version=1", "--no-deps", "--locked", "--manifest-path", ROOT / "Cargo.toml"]
    package = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)["packages"][0]
    rules = package["metadata"]["binstall"]
    values = {"name": package["name"], "version": package["version"], "target": target, "bin": "cargo-twelve", "binary-ext": ""}
    address, place = rendered(rules["pkg-url"], values), Path(rendered(rules["bin-dir"], values))
    files = {place: (program.read_bytes(), 0o755)}
    files |= {place.parent / name: (text, 0o644) for name, text in contents(program, target).items()}
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / address.rsplit("/", 1)[1]
    with open(archive, "wb") as file, gzip.GzipFile("", "wb", compresslevel=6, mtime=0, fileobj=file) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path, (text, mode) in sorted(files.items()):
                entry = tarfile.TarInfo(str(path))
                entry.size, entry.mode = len(text), mode
                tar.addfile(entry, io.BytesIO(text))
    print(f"{archive}\t{address}")


if len(sys.argv) != 4:
    sys.exit(__doc__)
main(Path(sys.argv[1]).resolve(), sys.argv[2], Path(sys.argv[3]))
