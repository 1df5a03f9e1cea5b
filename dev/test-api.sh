#!/usr/bin/env bash
# Sends one request to the API and prints the answer:
#   dev/test-api.sh PATCH /api/v1/project/<id> '{"name": "Test"}'
# Acts as the user of TOKEN, or signs in as EMAIL with PASSWORD (by default the demo's first user). BASE_URL names another server.
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: dev/test-api.sh METHOD PATH [JSON BODY]" >&2
  exit 2
fi
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export API_METHOD="$1" API_PATH="$2" API_BODY="${3:-}"
export EMAIL="${EMAIL:-alice@northwind.example}" PASSWORD="${PASSWORD:-heliograph}" TOKEN="${TOKEN:-}"
# A running demo writes the addresses of its gateways to a file. Without a demo, use the gateway of npm run dev:api.
export DEMO_FILE="$here/.data/demo.json" BASE_URL="${BASE_URL:-}"

# Uses Node, which the repository needs anyway; curl and jq may be missing. Node 18 and newer have fetch.
exec node --input-type=module -e '
  import { readFileSync } from "node:fs";
  const { API_METHOD, API_PATH, API_BODY, EMAIL, PASSWORD, TOKEN, DEMO_FILE, BASE_URL } = process.env;
  const say = (text) => { process.stderr.write(text + "\n"); process.exit(1); };
  const fromDemo = () => { try { return JSON.parse(readFileSync(DEMO_FILE, "utf8")).gateways[0]; } catch { return "http://127.0.0.1:4000"; } };
  const base = BASE_URL || fromDemo();
  const json = { "content-type": "application/json" };
  const send = (path, init) => fetch(new URL(path, base), init).catch((error) =>
    say("Nothing answers at " + base + " (" + (error.cause?.code ?? error.message) + "): start it with npm run demo."));
  const signIn = async () => {
    const answer = await send("/api/v1/auth/login", { method: "POST", headers: json, body: JSON.stringify({ email: EMAIL, password: PASSWORD }) });
    if (!answer.ok) say("Signing in as " + EMAIL + " failed: " + answer.status + " " + (await answer.text()));
    return (await answer.json()).token;
  };
  const authorization = "Bearer " + (TOKEN || (await signIn()));
  const answer = await send(API_PATH, { method: API_METHOD, headers: { authorization, ...(API_BODY ? json : {}) }, body: API_BODY || undefined });
  const text = await answer.text();
  process.stderr.write("HTTP " + answer.status + "\n");
  try { console.log(JSON.stringify(JSON.parse(text), null, 2)); } catch { console.log(text); }
  process.exit(answer.ok ? 0 : 1);
'
