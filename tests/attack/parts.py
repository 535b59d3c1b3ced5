"""What each tool is asked to do to a target, and how what it says is read: findings, a line each, in words that a list can name."""

from __future__ import annotations

import csv
import json
import re
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from backend.policy.operations import ROUTES
from tests.attack import slow, tools
from tests.attack.reach import watched
from tests.attack.target import Target

Findings = list[str]


class Part(NamedTuple):
    """One tool: what it does, whether it reads the description of the routes, and what it has to find where it was planted."""

    attack: Callable[[Target, Namespace], Findings]
    planted: tuple[str, ...]
    schema: bool = True


def schemathesis(target: Target, asked: Namespace) -> Findings:
    """Requests made from the description, right and wrong ones: no answer of 500 or more, nothing without the session it needs."""
    checks = "not_a_server_error,ignored_auth" if target.house else "not_a_server_error"
    found: Findings = []
    for role in target.roles:
        # What ends the session, or takes another in its place; never ends; takes no JSON.
        left_out = f"/v1/(sign-out|poke|extracts{'' if role == 'nobody' else '|demo/sign-in'})"
        with tempfile.TemporaryDirectory() as folder, watched(target, "schemathesis", role, found) as sent:
            headers = [word for name, value in sent.items() for word in ("--header", f"{name}: {value}")]
            words = ["--no-color", "--phases", "coverage,fuzzing", "--max-examples", str(asked.cases), "--seed", str(asked.seed)]
            words += ["--checks", checks, "--exclude-path-regex", left_out, "--header", "content-type: application/json", *headers]
            words += ["--max-time", str(asked.seconds * 8)] if target.house else []  # it goes on with further rounds until then
            command = [str(tools.program("schemathesis")), "run", target.schema, "--url", target.origin, *words]
            done = tools.run(command, asked.seconds * 12, cwd=folder)
        if done.returncode not in (0, 1):
            raise SystemExit(f"schemathesis ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        failed = sorted(set(re.findall(r"^_+ ([A-Z]+ /\S+) _+$", done.stdout, re.MULTILINE))) or ["something"]
        found += [f"{role}: {route}" for route in failed] if done.returncode else []
        if done.returncode and target.house:
            print(done.stdout[-8000:], file=sys.stderr)
    return found


# Not those that call a host outside, fetch lists from one, or wait for a call back: ssrf, xxe, log4shell, wapp, cms, nikto and the like.
NOWHERE = "http://127.0.0.1:9/"
MODULES = "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,upload,xss"


def wapiti(target: Target, asked: Namespace) -> Findings:
    """A scanner of web pages and of the described routes."""
    found: list[str] = []
    for role in target.roles:
        with tempfile.TemporaryDirectory() as folder, watched(target, "wapiti", role, found) as sent:
            headers = [word for name, value in sent.items() for word in ("-H", f"{name}: {value}")]
            report = Path(folder, "report.json")
            words = ["-u", f"{target.origin}/", "--swagger", target.schema, "--scope", "domain", "-m", MODULES]
            left_out = ("/v1/poke", "/v1/sign-out", *(() if role == "nobody" else ("/v1/demo/sign-in",)))
            words += [word for path in left_out for word in ("-x", f"{target.origin}{path}")]
            words += ["--no-bugreport", "--endpoint", NOWHERE, "--dns-endpoint", "localhost"]
            words += ["--store-session", folder, "--store-config", folder]
            words += ["--flush-session", "-v", "0", "-f", "json", "-o", str(report), "--max-attack-time", str(asked.seconds), *headers]
            done = tools.run([str(tools.program("wapiti")), *words, "--max-scan-time", str(asked.seconds * 3)], asked.seconds * 60)
            if not report.exists():
                raise SystemExit(f"wapiti ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
            told = json.loads(report.read_text())
        for kind in ("vulnerabilities", "anomalies"):
            found += [f"{role}: {name}: {one['path']}" for name, all_of_it in told[kind].items() for one in all_of_it]
    return sorted(set(found))


def sqlmap(target: Target, asked: Namespace) -> Findings:
    """Injection into every parameter of every described route; by differences, errors and unions, not by time on a busy machine."""
    found: list[str] = []
    for role in target.roles:
        with tempfile.TemporaryDirectory() as folder, watched(target, "sqlmap", role, found) as sent:
            headers = "\n".join(f"{name}: {value}" for name, value in sent.items())
            results = Path(folder, "results.csv")
            words = [f"--openapi={target.schema}", f"--openapi-base={target.origin}", "--batch", "--level", "3", "--technique", "BEU"]
            words += ["--flush-session", "--output-dir", folder, "--results-file", str(results), "--disable-coloring"]
            words += [f"--headers={headers}"]
            words += ["--ignore-code=*", "--skip=user-agent,referer,host,cookie", "--time-limit", str(asked.seconds * 5)]
            done = tools.run([str(tools.program("sqlmap")), *words], asked.seconds * 6, cwd=folder)
            tested = done.stdout.count("testing if ")
            print(f"sqlmap as {role}: {tested} parameters tried", file=sys.stderr)
            if not tested:
                raise SystemExit(f"sqlmap tried nothing: {(done.stdout + done.stderr)[-2000:]}")
            rows = list(csv.reader(results.open())) if results.exists() else []
        found += [f"{role}: {row[0]} {row[1]} {row[2]}" for row in rows[1:] if len(row) > 3 and row[3]]
        found += [f"{role}: {line}" for line in re.findall(r"Parameter: .*", done.stdout)]
    return sorted(set(found))


WORDS = """.git/HEAD .git/config .env .env.local .htaccess .htpasswd .svn/entries .DS_Store .well-known/security.txt admin administrator api
backup backup.zip backup.sql backup.tar.gz bin cgi-bin config config.json config.php console dashboard data database.sql db debug docs
dump.sql env error.log favicon.ico graphql health healthz index.html index.php info info.php internal jmx login logs manage manifest.json
metrics old phpinfo.php private profile readyz redoc robots.txt schema schema/openapi.json schema/swagger secret server-info server-status
setup shell sitemap.xml static status swagger swagger.json swagger-ui test tmp trace upload uploads user users v2 version wp-admin
wp-login.php actuator actuator/env actuator/health backend pwa tests openapi.json openapi.yaml accounts audit journal jobs cases people"""


def ffuf(target: Target, asked: Namespace) -> Findings:
    """Paths that nobody named: common ones, and the parts of our own routes put together otherwise."""
    parts = {part for route in ROUTES for part in route.split("/")[1:] if part and "{" not in part}
    words = {*WORDS.split(), *parts, *(f"v1/{part}" for part in parts | set(WORDS.split()))}
    known = {route.partition(" ")[2].strip("/") for route in ROUTES}
    with tempfile.TemporaryDirectory() as folder:
        listed, report = Path(folder, "words"), Path(folder, "report.json")
        listed.write_text("\n".join(sorted(words - known)))
        command = [tools.machines("ffuf"), "-u", f"{target.origin}/FUZZ", "-w", str(listed), "-mc", "all", "-fc", "404", "-t", "4", "-s"]
        tools.run([*command, "-maxtime", str(asked.seconds), "-of", "json", "-o", str(report)], asked.seconds * 2)
        told = json.loads(report.read_text())["results"]
    return sorted(f"nobody: {one['input']['FUZZ']} answers {one['status']}" for one in told)


JUDGE = """const { CspParser } = require("csp_evaluator/dist/parser.js"), { CspEvaluator } = require("csp_evaluator/dist/evaluator.js");
const { Version } = require("csp_evaluator/dist/csp.js");
const found = new CspEvaluator(new CspParser(process.argv[2]).csp, Version.CSP3).evaluate();
console.log(JSON.stringify(found.filter((one) => one.severity < 100)
  .map((one) => `${one.directive} ${one.value || ""}: ${one.description}`)));"""


def csp_evaluator(target: Target, asked: Namespace) -> Findings:
    """A judge of the content security policy; everything but what it says of entries that browsers ignore."""
    policy = slow.head(target.origin)["content-security-policy"]
    node, folder = tools.modules("csp_evaluator")
    (folder / "judge.cjs").write_text(JUDGE)
    done = tools.run([str(node.folder / "node"), "judge.cjs", policy], asked.seconds, cwd=folder)
    if done.returncode:
        raise SystemExit(done.stderr)
    return [f"nobody: {one}" for one in json.loads(done.stdout)]


def axe(target: Target, asked: Namespace) -> Findings:
    """What somebody with another way to see or to type cannot use, of the page that everybody meets first."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    from tests.journeys.browser import executable

    with sync_playwright() as plays, plays.chromium.launch(executable_path=executable()) as browser:
        page = browser.new_context(bypass_csp=True).new_page()
        page.goto(target.origin)
        page.wait_for_load_state("networkidle")
        told = Axe().run(page).response["violations"]
    return [f"nobody: {one['id']}: {one['help']}" for one in told]


def slowhttptest(target: Target, asked: Namespace) -> Findings:
    """Connections that send their headers or their body by drops: other people must hardly notice."""
    return slow.attack(target.origin, tools.machines("slowhttptest"), asked.connections, min(asked.seconds, 30))


PARTS = {
    "schemathesis": Part(schemathesis, ("POST /v1/orders", "GET /v1/pages")),
    "wapiti": Part(wapiti, ("Reflected Cross Site Scripting: /v1/search", "Path Traversal: /v1/files", "MIME Type Confusion")),
    "sqlmap": Part(sqlmap, ("name",)),
    "ffuf": Part(ffuf, ("backup.zip",), schema=False),
    "csp_evaluator": Part(csp_evaluator, ("unsafe-inline",), schema=False),
    "slowhttptest": Part(slowhttptest, ("turned away",), schema=False),
    "axe": Part(axe, ("image-alt", "color-contrast"), schema=False),
}
