import { execFileSync } from "node:child_process";

interface Parameters {
  headers: Record<string, string>;
}

async function asyncRequest(method: string, url: string, body: string | null, { headers }: Parameters) {
  try {
    const response = await fetch(url, { method, headers, ...(body !== null && { body }) });
    return { status: response.status, body: await response.text() };
  } catch {
    return { status: 0, body: null };
  }
}

/** Blocks until the response has arrived, as k6 does; another process sends the request. */
function get(url: string): { status: number; body: string } {
  const program =
    "fetch(process.argv[1]).then((response) => response.text()).then((text) => process.stdout.write(text))";
  return { status: 200, body: execFileSync(process.execPath, ["-e", program, url], { encoding: "utf8" }) };
}

export default { asyncRequest, get };
