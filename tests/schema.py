#!/usr/bin/env python3
"""Holds docs/reference/twelve.schema.json against the program: what one takes the other takes, what one refuses the other refuses.

usage: tests/schema.py [PROGRAM]
The good ones are the twelve.toml of every template, of every `toml` block in the documents that is one, and the schema's own example. Prints its counts.
Where Taplo is installed, which is what editors ask, each is asked of it too, by the line `#:schema` that docs/reference/twelve-toml.md tells.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parent.parent
TAPLO = shutil.which("taplo")
PROGRAM = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/cargo-twelve").resolve()
SCHEMA = json.loads((ROOT / "docs/reference/twelve.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(SCHEMA)
validator = jsonschema.Draft202012Validator(SCHEMA)

WEB = '[processes.web]\ncommand = "shop"\n'
VAR = '[config.vars.A]\ntype = "string"\n'
BAD = {
    "an unknown table": "[proceses.web]\ncommand = 'shop'\n",
    "an unknown key of a process": WEB + 'comand = "shop"\n',
    "no command": "[processes.web]\nport = true\n",
    "a name that is no process type": '[processes."1web"]\ncommand = "shop"\n',
    "a duration without unit": WEB + 'stop-timeout = "30"\n',
    "a duration of another kind": WEB + "stop-timeout = 30\n",
    "a signal that asks nothing": WEB + 'stop-signal = "SIGKILL"\n',
    "a word that restart does not know": WEB + 'restart = "sometimes"\n',
    "too many processes": WEB + "count = 101\n",
    "ready without a port": WEB + 'ready = "/readyz"\n',
    "ready that is no path": WEB + 'port = true\nready = "readyz"\n',
    "an app name in capitals": '[app]\nname = "Shop"\n',
    "no binaries at all": "[build]\nbins = []\n",
    "a version of glibc that is none": '[build]\nmax-glibc = "new"\n',
    "a schedule of two fields": '[admin.report]\ncommand = "shop"\nschedule = "0 3"\n',
    "a type that there is not": '[config.vars.A]\ntype = "text"\n',
    "a variable without a type": "[config.vars.A]\nsecret = true\n",
    "a name that is no variable": '[config.vars."A-B"]\ntype = "string"\n',
    "a secret with a default": VAR + 'secret = true\ndefault = "x"\n',
    "an enum without values": '[config.vars.A]\ntype = "enum"\n',
    "values of what is no enum": VAR + 'values = ["x"]\n',
    "a writable path from here": '[sandbox]\nwritable = ["data"]\n',
    "an exception without a reason": '[allow]\nTF1001 = " "\n',
}


def program(text: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "twelve.toml").write_text(text)
        Path(folder, "Cargo.toml").write_text('[package]\nname = "shop"\nversion = "1.0.0"\nedition = "2024"\n')
        words = [PROGRAM, "--store", f"{folder}/store", "env", "check", "--env-file", "/dev/null"]
        return subprocess.run(words, cwd=folder, capture_output=True).returncode


def in_an_editor(text: str) -> bool:
    """Whether Taplo takes it, which finds the schema by the first line."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "docs/reference/twelve.schema.json", folder)
        Path(folder, "twelve.toml").write_text(f"#:schema ./twelve.schema.json\n{text}")
        return subprocess.run([TAPLO, "lint", "twelve.toml"], cwd=folder, capture_output=True).returncode == 0


good = {"the schema's example": SCHEMA["examples"][0]}
with tempfile.TemporaryDirectory() as folder:
    for template in ["web", "web-postgres", "worker"]:
        words = [PROGRAM, "new", f"{folder}/{template}", "--template", template, "--no-input", "--vcs", "none", "-q"]
        subprocess.run(words, check=True, capture_output=True)
        good[f"template {template}"] = Path(folder, template, "twelve.toml").read_text()
for page in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]:
    for index, block in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(), re.S)):
        if re.search(r"^\[(app|build|processes|admin|config|sandbox|allow)\b", block, re.M):
            good[f"{page.relative_to(ROOT)}, block {index + 1}"] = block

faults = 0
for name, text in good.items():
    said = [error.message for error in validator.iter_errors(tomllib.loads(text))]
    # 78 is a config that does not meet the contract: the declaration itself was understood. 2 is one without a contract.
    code = program(text)
    if said or code not in (0, 2, 78):
        faults += 1
        print(f"{name}: the schema says {said or 'nothing'}, the program ends with {code}")
    if TAPLO and not in_an_editor(text):
        faults += 1
        print(f"{name}: Taplo refuses it")
for name, text in BAD.items():
    refused, code = not validator.is_valid(tomllib.loads(text)), program(text)
    if not refused or code != 65:
        faults += 1
        print(f"{name}: the schema {'refuses' if refused else 'takes'} it, the program ends with {code}")
    if TAPLO and in_an_editor(text):
        faults += 1
        print(f"{name}: Taplo takes it")
print(f"{len(good)} good and {len(BAD)} bad declarations, {faults} faults{'; Taplo agrees' if TAPLO and not faults else ''}")
if not TAPLO:
    print("SKIPPED: the same in Taplo (PyPI taplo)")
sys.exit(bool(faults))
