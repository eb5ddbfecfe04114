#!/usr/bin/env python3
"""Holds every locked package against deny.toml: its licence, its source, and that it is not banned.

Every package that some feature or target could compile is asked, also what only tests compile. `cargo deny` does the same and more (the texts of
licences, wildcards in the requirements, advisories); it is not on every machine. Prints a line of counts.
"""

import json
import re
import subprocess
import sys
import tomllib


def allowed(expression: str, licences: set[str]) -> bool:
    """Whether an SPDX expression can be met with these licences; `/` is how old manifests write OR."""
    words = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def either() -> bool:
        met = both()
        while words and words[0] == "OR":
            words.pop(0)
            met |= both()
        return met

    def both() -> bool:
        met = one()
        while words and words[0] == "AND":
            words.pop(0)
            met &= one()
        return met

    def one() -> bool:
        word = words.pop(0)
        if word == "(":
            met = either()
            words.pop(0)
            return met
        if words and words[0] == "WITH":
            words.pop(0)
            word = f"{word} WITH {words.pop(0)}"
        return word in licences

    return either()


def faults_of(package: dict, licences: set[str], banned: set[str]) -> list[str]:
    """What deny.toml has against a package, as sentences."""
    name, licence, source = f"{package['name']} {package['version']}", package["license"], package["source"]
    faults = []
    if not licence or not allowed(licence, licences):
        faults.append(f"{name}: its licence is `{licence}`, which deny.toml does not allow")
    if source and source != REGISTRY:
        faults.append(f"{name}: it is from `{source}`")
    if package["name"] in banned:
        faults.append(f"{name}: deny.toml bans it")
    return faults


REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"

# What finds nothing must be able to find.
assert allowed("(MIT OR X) AND ISC", {"MIT", "ISC"}) and not allowed("MIT AND X", {"MIT"}) and allowed("X/MIT", {"MIT"})
assert not allowed("X WITH Y", {"X"}) and allowed("X WITH Y", {"X WITH Y"})
sound = {"name": "a", "version": "1.0.0", "license": "MIT", "source": REGISTRY}
assert not faults_of(sound, {"MIT"}, {"b"})
for worse in {"license": "X"}, {"license": None}, {"source": "git+https://example.org/a"}, {"name": "b"}:
    assert len(faults_of(sound | worse, {"MIT"}, {"b"})) == 1, worse

with open("deny.toml", "rb") as file:
    rules = tomllib.load(file)
words = ["cargo", "metadata", "--format-version=1", "--locked", "--all-features"]
packages = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)["packages"]
allow, banned = set(rules["licenses"]["allow"]), {rule["name"] for rule in rules["bans"]["deny"]}
faults = [fault for package in packages for fault in faults_of(package, allow, banned)]
for fault in faults:
    print(fault)
print(f"{len(packages)} packages, {len({package['license'] for package in packages})} licence expressions, {len(faults)} faults")
sys.exit(bool(faults))
