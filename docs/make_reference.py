#!/usr/bin/env python3
"""Writes the pages of docs/reference that are made from the source: exit codes, events, formats, and the keys of twelve.toml from its schema.

docs/make_reference.py            writes them
docs/make_reference.py --check    fails where one is not what would be written
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TO = ROOT / "docs/reference"


def source(path: str) -> str:
    return (ROOT / "src" / path).read_text()


def body(text: str, opening: str) -> str:
    """What stands between the braces that this line opens."""
    start = text.index(opening) + len(opening)
    depth, at = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return text[start : at - 1]


def items(text: str, pattern: str) -> list[tuple[str, str]]:
    """Each item with its doc comment, at the first level of indentation."""
    found, said = [], []
    for line in text.splitlines():
        if line.startswith("    ///"):
            said.append(line[7:].strip())
        elif match := re.match(r"    " + pattern, line):
            found.append((match[1], " ".join(said)))
            said = []
        elif not line.startswith(("    #[", "     ")):
            said = []
    return found


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def table(head: list[str], rows: list[list[str]]) -> str:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(f"| {' | '.join(row)} |" for row in escaped) + "\n"


def exit_codes() -> str:
    rows = []
    text = body(source("cli/exit_code.rs"), "pub enum ExitCode {")
    for name, said in items(text, r"(\w+ = \d+),"):
        rows.append([name.split(" = ")[1], said])
    return (
        "# Exit codes\n\nMade by `docs/make_reference.py` from `src/cli/exit_code.rs`. They follow `sysexits.h` where it has a word for the case.\n\n"
        + table(["code", "meaning"], rows)
        + "\n`run` and `admin` pass on their process's own code, or 128 and the number of the signal that ended it; any command that a signal stops ends so.\n"
        "With `--format json` a failure is a document on stdout: `{\"format\": 1, \"error\": {\"code\", \"message\", \"hint\"}}`.\n"
    )


def json_page() -> str:
    page = (
        "# JSON\n\nMade by `docs/make_reference.py` from `src/report/event/`.\n\n"
        "With `--format json` a command prints one document on stdout, `{\"format\": 1, ...}`; one that works for long prints an event a line before it. Ids are strings\n"
        "(`\"v42\"`), times RFC 3339 in UTC, sizes bytes, durations milliseconds. A field that does not apply is absent. Unknown fields are to be ignored; what is listed here keeps its\n"
        "name and its meaning. A failure is a document too: see [exit codes](exit-codes.md). `releases` prints the records of the releases, newest first, as `releases`, and `show` one as\n"
        "`release` beside its `builds`; one that was pruned has `pruned: true`, and `show` says `pruned_at` and `pruned_by` as well.\n"
    )
    for path in sorted((ROOT / "src/report/event").glob("*.rs")):
        text = path.read_text()
        enum = re.search(r"pub enum (\w*Event) \{", text)
        inside = body(text, enum[0])
        kind = enum[1].removesuffix("Event") or "Any command"
        rows = []
        for name, said in items(inside, r"([A-Z]\w*) \{"):
            fields = body(inside, f"    {name} {{")
            names = re.findall(r"^\s{8}(\w+): ", fields, re.M)
            rows.append([f"`{snake(name)}`", said, ", ".join(f"`{one}`" for one in names)])
        page += f"\n## {kind}\n\n" + table(["event", "meaning", "fields"], rows)
    return page


def formats() -> str:
    page = (
        "# Formats\n\nMade by `docs/make_reference.py` from `src/artifact/`.\n\n"
        "All are canonical JSON: UTF-8, keys sorted by their bytes, no white space, integers only, shortest escapes, an absent thing is an absent key, one newline at the end. Times are\n"
        "whole seconds with Z. An unknown `format` is refused (65), unknown keys are ignored. In a store:\n\n"
        "```text\nAPP/codebase.json                        the app and the root commits of its codebase\n"
        "APP/builds/ID/build.json                 the manifest of a build\nAPP/builds/ID/GZ_SHA256.tar.gz           its tarball\n"
        "APP/builds/by-input/DIGEST               which input made which build\nAPP/releases/v42.json[.sig[.N]]          a release and its signatures (SSHSIG, namespace `release@cargo-twelve`)\n"
        "APP/releases/v3.pruned.json              that its tarballs were pruned: when, and by whom\n"
        "APP/deploys/DEPLOY/17.json[.sig[.N]]     an entry: which release is to be current (namespace `deploy@cargo-twelve`)\nAPP/deploys/DEPLOY/17.done.json          how it ended\n```\n\n"
        "Each of these files is created once and never replaced; `prune` removes tarballs, and nothing else. In an object store marks lie beside them: `newest/` under releases and under\n"
        "each deploy says which number is the highest, and `.create-only/` that the store was tried out. A build's id is the sha256 of its uncompressed tar: ustar, sorted, uid 0, the commit's time, `app/build.json` first.\n"
    )
    wanted = [
        ("Release record", "artifact/release_record.rs", ["ReleaseRecord", "ReleasedBuild"]),
        ("Build manifest", "artifact/build_manifest.rs", ["BuildManifest", "Lockfile", "LockedPackage", "Toolchain", "System", "TreeFile"]),
        ("Entry of a deploy", "artifact/deploy_entry.rs", ["DeployEntry", "ConfigFingerprint", "DeployOutcome"]),
    ]
    for title, path, structs in wanted:
        page += f"\n## {title}\n"
        text = source(path)
        for struct in structs:
            opening = f"pub struct {struct} {{"
            if opening not in text:
                continue
            rows = [[f"`{name}`", f"`{kind}`", said] for (pair, said) in items(body(text, opening), r"pub (\w+: [^=]+),$") for name, kind in [pair.split(": ", 1)]]
            page += f"\n`{struct}`\n\n" + table(["key", "type", "meaning"], rows)
    return page + "\nA release record and an entry have a key `digest` besides: the sha256 of the canonical form without it.\n"


def as_typed(value) -> str:
    """A value as it is typed in TOML: `false`, and a word without its quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def twelve_toml() -> str:
    schema = json.loads((TO / "twelve.schema.json").read_text())
    page = (
        "# twelve.toml\n\nMade by `docs/make_reference.py` from [twelve.schema.json](twelve.schema.json), which editors can use: the first line\n"
        "`#:schema https://example.org/twelve.schema.json` (a path or an address of that file) turns it on in those that speak Taplo.\n\n"
        f"{schema['description']}\n\n```toml\n{schema['examples'][0]}```\n"
    )

    def keys(of: dict) -> str:
        rows = []
        for key, rule in of["properties"].items():
            rule = {**schema["$defs"].get(rule.get("$ref", "").removeprefix("#/$defs/"), {}), **rule}
            kind = " or ".join(f"`{one}`" for one in rule["enum"]) if "enum" in rule else rule.get("type", "text")
            kind = " or ".join(kind) if isinstance(kind, list) else kind
            said = rule["description"] + (f" Default: `{as_typed(rule['default'])}`." if "default" in rule else "")
            rows.append([f"`{key}`" + (" (required)" if key in of.get("required", []) else ""), kind, said])
        return table(["key", "type", "meaning"], rows)

    for name, of in schema["properties"].items():
        header = {"processes": "[processes.NAME]", "admin": "[admin.NAME]"}.get(name, f"[{name}]")
        page += f"\n## `{header}`\n\n{of['description']}\n"
        inside = of if "properties" in of else schema["$defs"].get(of.get("additionalProperties", {}).get("$ref", "").removeprefix("#/$defs/"))
        if inside and "properties" in inside:
            page += "\n" + keys({**inside, "properties": {key: rule for key, rule in inside["properties"].items() if key != "vars"}})
        if name == "config":
            page += f"\n## `[config.vars.NAME]`\n\n{of['properties']['vars']['description']}\n\n" + keys(schema["$defs"]["variable"])
    return page


pages = {"exit-codes.md": exit_codes(), "json.md": json_page(), "formats.md": formats(), "twelve-toml.md": twelve_toml()}
stale = [name for name, page in pages.items() if not (TO / name).exists() or (TO / name).read_text() != page]
if "--check" in sys.argv:
    for name in stale:
        print(f"docs/reference/{name} is not what the source says: docs/make_reference.py makes it anew")
    sys.exit(bool(stale))
for name, page in pages.items():
    (TO / name).write_text(page)
print(f"{len(pages)} pages, {len(stale)} of them new: {', '.join(stale) or 'none'}")
