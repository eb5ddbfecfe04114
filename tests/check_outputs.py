#!/usr/bin/env python3
"""What `cargo twelve check` writes for others: the SARIF log against the official schema, the page in a real browser.

    tests/check_outputs.py PROGRAM [FOLDER]

The schema comes from the npm package @microsoft/jest-sarif (it is OASIS's own, sarif-2.1.0-rtm.5), the validator from
the Python package jsonschema, the browser is Chromium, driven by chromedriver over WebDriver (W3C). What is missing is
named, and is a failure: a proof that did not run is none.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request

BAD = '''use tokio::net::TcpListener;
#[tokio::main]
async fn main() {
    let listener = TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, axum::Router::new()).await.unwrap();
}
'''
WATCHED = """use std::io::{Read, Write};
fn main() {
    let folder = std::env::var("HOME").unwrap();
    std::fs::write(format!("{folder}/paste"), "x").unwrap();
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    for stream in std::net::TcpListener::bind(("0.0.0.0", port)).unwrap().incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n");
    }
}
"""
# Seconds that the page may take for what it does by itself.
PATIENCE = 10
passed = 0


def holds(what, truth):
    global passed
    if not truth:
        sys.exit(f"FAILED: {what}")
    passed += 1
    print(f"ok: {what}")


def comes(what, browser, script):
    """What the page does in a moment of its own: asked again until it is so."""
    browser.wait(script)
    holds(what, browser.run(f"return {script}"))


def codebase(folder):
    """A service that breaks some promises, with a path that must be escaped in a URI."""
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\naxum = "0.8"\ntokio = "1"\n')
    (folder / "src/main.rs").write_text(BAD)
    (folder / ".env").write_text("DB_PASSWORD=hunter2!\n")
    (folder / "docker files").mkdir()
    (folder / "docker files/Dockerfile").write_text("FROM rust:1.90\nRUN cargo install --path .\n")
    (folder / "twelve.toml").write_text('[allow]\nTF0901 = "its supervisor kills"\n')
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


def schema(work):
    subprocess.run(["npm", "pack", "--silent", "@microsoft/jest-sarif@1.0.0-beta.0"], cwd=work, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(work.glob("microsoft-jest-sarif-*.tgz"))) as package:
        return json.load(package.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json"))


def check_sarif(log, work):
    import jsonschema

    official = schema(work)
    kind = jsonschema.validators.validator_for(official)
    errors = [f"{list(error.path)}: {error.message}" for error in kind(official).iter_errors(log)]
    holds(f"the SARIF log is valid by the official schema ({kind.__name__}): {errors[:3]}", not errors)
    broken = json.loads(json.dumps(log))
    broken["runs"][0]["results"][0]["level"] = "terrible"
    holds("the validator refuses a log that is broken", list(kind(official).iter_errors(broken)))
    results = log["runs"][0]["results"]
    uris = [place["physicalLocation"]["artifactLocation"]["uri"] for result in results for place in result["locations"]]
    holds(f"all {len(uris)} paths are relative URIs", all(not uri.startswith("/") and " " not in uri for uri in uris))
    holds("a blank in a path is escaped", "docker%20files/Dockerfile" in uris)
    holds("every result has a fingerprint", all(result["partialFingerprints"] for result in results))
    holds("the exception is a suppression with its reason",
          [result["suppressions"][0]["justification"] for result in results if result["ruleId"] == "TF0901"] == ["its supervisor kills"])
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    holds("every rule brings its help along, as text and as Markdown",
          all(rule["id"] in rule["help"]["text"] and "[allow]" in rule["help"]["markdown"] for rule in rules))
    holds("and leads to the text that it stands for, and to no other address",
          all(rule["helpUri"].startswith("https://12factor.net/") for rule in rules))
    holds("no secret is in it", "hunter2" not in json.dumps(log))


def watched(program, work):
    """The page of a release that was watched: a server that answers, writes a file, and dies of SIGTERM."""
    shop = work / "watched"
    (shop / "src").mkdir(parents=True)
    (shop / "Cargo.toml").write_text('[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2024"\n')
    (shop / ".gitignore").write_text("/target\n")
    (shop / "twelve.toml").write_text('[processes.web]\ncommand = "shop"\nport = true\n')
    (shop / "src/main.rs").write_text(WATCHED)
    environment = {**os.environ, "TWELVE_STORE": str(work / "store")}
    subprocess.run(["cargo", "generate-lockfile", "-q"], cwd=shop, check=True)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=shop, check=True)
    subprocess.run([program, "-q", "release"], cwd=shop, check=True, env=environment, stdout=subprocess.DEVNULL)
    page = work / "watched.html"
    command = [program, "check", "-q", "--run", "--release-id", "v1", "--html", str(page)]
    code = subprocess.run(command, cwd=shop, env=environment, stdout=subprocess.DEVNULL).returncode
    holds("the watched release is found to break a promise", code == 1)
    return page


def check_measurements(browser, page):
    """What was measured is drawn, and fits, also on a phone."""
    for width, mobile in ((1100, False), (360, True)):
        browser.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride",
                                                   "params": {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": mobile}})
        browser.call("POST", "/url", {"url": page.as_uri()})
        browser.run("for (const one of document.querySelectorAll('details')) one.open = true")
        bars = browser.run("return [...document.querySelectorAll('.bar')].map(bar => ['full', 'value'].map(part => bar.querySelector('.' + part).getBoundingClientRect().width))")
        holds(f"at {width} pixels {len(bars)} bars are drawn, none longer than it may be",
              len(bars) > 2 and all(0 < value <= full for full, value in bars))
        wide = browser.run("const width = document.documentElement.clientWidth; return [...document.querySelectorAll('main *')]"
                           ".filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest('pre')).map(one => one.textContent.slice(0, 60))")
        holds(f"at {width} pixels nothing sticks out: {wide}", not wide)
    holds("the file that it wrote is named", browser.run("return document.getElementById('TF0651').textContent.includes('$HOME/paste')"))


def walk(browser, page):
    """Everything that can be used is reached with Tab, in order, seen where it is, and used with Enter or the space bar."""
    browser.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.clearDeviceMetricsOverride", "params": {}})
    # Without motion: a scroll on its way to what has the focus would swallow the next one.
    browser.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia",
                                               "params": {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}})
    browser.open_afresh(page)
    usable = browser.run("return [...document.querySelectorAll('a[href], button, summary, pre[tabindex]')]"
                         ".filter(one => one.checkVisibility() && !(one.closest('details:not([open])') && one.tagName !== 'SUMMARY')).length")
    visited, seen = [], []
    for _ in range(usable + 5):
        browser.keys("\ue004")
        at, outlined = browser.run("const one = document.activeElement; const style = getComputedStyle(one); const path = one.querySelector('path');"
                                   "const box = one.getBoundingClientRect();"
                                   "return [[...document.querySelectorAll('*')].indexOf(one), one.className === 'skip' ? box.left >= 0 :"
                                   " style.outlineStyle !== 'none' || (path && getComputedStyle(path).strokeWidth === '4px')]")
        if at < 0 or at in visited or browser.run("return document.activeElement === document.body"):
            break
        visited.append(at)
        seen.append(outlined)
    holds(f"Tab reaches all {usable} things that can be used", len(visited) == usable)
    holds("in the order of the page", visited == sorted(visited))
    holds("and each shows that it has the focus", all(seen))
    browser.run("document.querySelector('.quiet summary').focus()")
    browser.keys("\ue007")
    holds("Enter opens the rules that found nothing", browser.run("return document.querySelector('.quiet').open"))
    browser.run("document.querySelector('[data-show=found]').focus()")
    browser.keys(" ")
    holds("the space bar shows findings only", browser.run("return document.querySelector('[data-show=found]').getAttribute('aria-pressed')") == "true")
    browser.run("document.querySelector('.factor.fail .up a').focus()")
    browser.keys("\ue007")
    comes("and a link leads back to the wheel", browser, "scrollY === 0")


class Browser:
    """A headless Chromium, over WebDriver."""

    def __init__(self, work):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.driver = subprocess.Popen(["chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                     "--disable-background-networking", "--disable-component-update", f"--user-data-dir={work}/profile", "--window-size=1100,1000"]
        options = {"args": arguments, "binary": shutil.which("chromium")}
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options,
                                                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}}
        for _ in range(200):
            try:
                self.session = self.ask("POST", "/session", wanted)["sessionId"]
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("FAILED: chromedriver did not come up")

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def call(self, method, path, body=None):
        return self.ask(method, f"/session/{self.session}{path}", body)

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def open_afresh(self, page):
        """Another page first, so that neither its place nor its focus is what it was; keys reach it once it has the focus."""
        self.call("POST", "/url", {"url": "about:blank"})
        self.call("POST", "/url", {"url": page.as_uri()})
        self.wait("document.readyState === 'complete' && document.hasFocus()")

    def wait(self, script):
        """Until this is so, or patience is at its end."""
        until = time.monotonic() + PATIENCE
        while not self.run(f"return {script}") and time.monotonic() < until:
            time.sleep(0.05)

    def keys(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()


def check_page(page, measured, work):
    browser = Browser(work)
    try:
        browser.call("POST", "/url", {"url": page.as_uri()})
        holds("the page opens with its title", browser.call("GET", "/title") == "shop: the twelve factors")
        holds("the wheel has twelve segments", browser.run("return document.querySelectorAll('.wheel .segment').length") == 12)
        holds("each segment has a name", browser.run("return [...document.querySelectorAll('.segment')].every(one => one.getAttribute('aria-label'))"))
        browser.run("document.querySelector('.segment[href=\"#factor-7\"] path').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
        comes("a segment jumps to its factor", browser, "location.hash === '#factor-7'")
        comes("and has the focus", browser, "document.activeElement.id === 'factor-7'")
        # On its way there it may stand still for longer than we wait between two looks: asked is where it is, not whether it moves.
        comes("and the factor is in view", browser, "(top => top >= -50 && top <= 700)(document.getElementById('factor-7').getBoundingClientRect().top)")
        browser.open_afresh(page)
        browser.keys("\ue004")
        comes("the first Tab is the way around the wheel", browser, "document.activeElement.className === 'skip'")
        browser.keys("\ue004")
        comes("the next is the first segment", browser, "document.activeElement.getAttribute('href') === '#factor-1'")
        browser.keys("\ue004", "\ue004", "\ue007")
        comes("Enter goes to the third factor", browser, "location.hash === '#factor-3'")
        browser.run("document.querySelector('[data-show=found]').click()")
        holds("findings only hides what passes", browser.run("return [...document.querySelectorAll('.factor.pass')].every(one => getComputedStyle(one).display === 'none')"))
        holds("and shows what fails", browser.run("return [...document.querySelectorAll('.factor.fail')].every(one => getComputedStyle(one).display !== 'none')"))
        browser.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride",
                                                   "params": {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}})
        holds("on a phone nothing is wider than the screen", browser.run("return document.documentElement.scrollWidth <= 360"))
        light = browser.run("return getComputedStyle(document.body).backgroundColor")
        browser.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia",
                                                   "params": {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}})
        holds("in the dark it is dark", browser.run("return getComputedStyle(document.body).backgroundColor") != light)
        log = browser.call("POST", "/se/log", {"type": "browser"})
        holds(f"the console has no error: {log}", not log)
        asked = [json.loads(one["message"])["message"] for one in browser.call("POST", "/se/log", {"type": "performance"})]
        sent = [one["params"] for one in asked if one["method"] == "Network.requestWillBeSent"]
        # The browser's own start page asks for its own things.
        urls = {one["request"]["url"] for one in sent if one["documentURL"] == page.as_uri()}
        holds("it asks nobody for anything", urls and all(url.startswith(("file:", "data:")) for url in urls))
        walk(browser, page)
        check_measurements(browser, measured)
    finally:
        browser.close()


def main():
    program = os.path.abspath(sys.argv[1])
    for tool in ("git", "npm", "chromium", "chromedriver"):
        if not shutil.which(tool):
            sys.exit(f"FAILED: missing: {tool}")
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        shop = work / "shop"
        codebase(shop)
        sarif, page = work / "check.sarif", work / "check.html"
        code = subprocess.run([program, "check", "-q", str(shop), "--sarif", str(sarif), "--html", str(page)], stdout=subprocess.DEVNULL).returncode
        holds("the check finds something", code == 1)
        check_sarif(json.loads(sarif.read_text()), work)
        check_page(page, watched(program, work), work)
    print(f"{passed} of {passed} hold")


main()
