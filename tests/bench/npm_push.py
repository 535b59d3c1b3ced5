"""npm's web-push, installed apart for the measurement."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from backend import node

PACKAGE = "web-push@3.6.7"
SCRIPT = """
const webpush = require("web-push"), crypto = require("crypto"), https = require("https");
const [what, count, port] = [process.argv[2], +process.argv[3], process.argv[4]];
const vapid = webpush.generateVAPIDKeys();
const people = Array.from({ length: 100 }, (_, n) => {
  const pair = crypto.createECDH("prime256v1"); pair.generateKeys();
  const keys = { p256dh: pair.getPublicKey("base64url"), auth: crypto.randomBytes(16).toString("base64url") };
  return { endpoint: `https://127.0.0.1:${port || 443}/push/${n}`, keys };
});
const text = "x".repeat(1024);
const options = { vapidDetails: { subject: "mailto:push@portal.example.gov", ...vapid }, TTL: 60 };
async function run() {
  const began = process.cpuUsage();
  if (what === "make") for (let n = 0; n < count; n++) webpush.generateRequestDetails(people[n % 100], text, options);
  else {
    options.agent = new https.Agent({ keepAlive: true, maxSockets: 64 });
    let next = 0;
    const hand = async () => { while (next < count) await webpush.sendNotification(people[next++ % 100], text, options); };
    await Promise.all(Array.from({ length: 64 }, hand));
  }
  const used = process.cpuUsage(began);
  console.log(JSON.stringify(count / ((used.user + used.system) / 1e6)));
  process.exit(0);
}
run();
"""


def make() -> int | None:
    """Messages made per CPU second; none where the package cannot be had."""
    return _run("make", "1000")


def deliver(port: int) -> int | None:
    """Messages made and delivered per CPU second."""
    return _run("deliver", "1000", str(port))


def _run(*words: str) -> int | None:
    with tempfile.TemporaryDirectory(prefix="porchlight-npm-") as folder:
        (Path(folder) / "package.json").write_text('{"private": true}')
        (Path(folder) / "run.cjs").write_text(SCRIPT)
        tools = node.find_node()
        environment = {**tools.environment(), "NODE_TLS_REJECT_UNAUTHORIZED": "0"}
        install = [*tools.npm, "install", "--no-audit", "--no-fund", "--silent", PACKAGE]
        if subprocess.run(install, cwd=folder, env=environment, capture_output=True).returncode:
            return None
        done = subprocess.run(["node", "run.cjs", *words], cwd=folder, env=environment, capture_output=True, text=True)
        return round(json.loads(done.stdout)) if done.returncode == 0 else None
