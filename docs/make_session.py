#!/usr/bin/env python3
"""Draws docs/session.svg: what `cargo twelve tour` really prints on a terminal of 100 columns, colours and all.

usage: docs/make_session.py [PROGRAM]     (default target/release/cargo-twelve, else target/debug/cargo-twelve)
Only the temporary folder's random name is replaced. One output gives one picture.
"""

import os
import pty
import re
import subprocess
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 100
COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "36": "#79c0ff"}


def session(program: Path) -> str:
    """The output at a terminal, as it came."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "CARGO_TARGET_DIR": str(ROOT / "target/generated")}
    for name in ["CI", "NO_COLOR"]:
        environment.pop(name, None)
    subprocess.run(["stty", "cols", str(COLUMNS), "rows", "50"], stdin=theirs, check=True)
    child = subprocess.Popen([program, "tour"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd="/")
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
    if child.wait() != 0:
        sys.exit(said.decode())
    return re.sub(r"cargo-twelve-tour-\w+", "cargo-twelve-tour", said.decode())


def lines(said: str) -> list[str]:
    """What stands on the screen in the end: a bar that was wiped is gone."""
    screen = []
    for line in said.replace("\r\n", "\n").rstrip("\n").split("\n"):
        line = re.split(r"\r|\x1b\[2K", line)[-1]
        line = re.sub(r"\x1b\[\??[0-9;]*[A-HJKSTfhl]", "", line)
        if line.strip():
            screen.append(line)
    return screen


def spans(line: str) -> str:
    drawn, style = "", ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            codes = part[2:-1].split(";")
            if codes in (["0"], [""]):
                style = ""
            for code in codes:
                if code == "1":
                    style += "font-weight:bold;"
                elif code in COLOURS or code in {f"9{one[1]}" for one in COLOURS}:
                    style += f"fill:{COLOURS['3' + code[1]]};"
        elif part:
            drawn += f'<tspan style="{style}">{escape(part)}</tspan>' if style else escape(part)
    return drawn


found = [Path(word).resolve() for word in sys.argv[1:]] + [ROOT / "target/release/cargo-twelve", ROOT / "target/debug/cargo-twelve"]
program = next(path for path in found if path.exists())
screen = ["$ cargo twelve tour", *lines(session(program))]
wide = max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in screen)
step, margin = 19, 16
width, height = int(max(wide, 60) * 8.45) + 2 * margin, len(screen) * step + 2 * margin
text = "".join(
    f'<text x="{margin}" y="{margin + step * (index + 1) - 5}" xml:space="preserve">{spans(line)}</text>\n' for index, line in enumerate(screen)
)
(ROOT / "docs/session.svg").write_text(
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
    f'aria-label="A terminal in which cargo twelve tour runs">\n'
    f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>\n'
    f'<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="#e6edf3">\n{text}</g>\n</svg>\n'
)
print(f"docs/session.svg: {len(screen)} lines")
