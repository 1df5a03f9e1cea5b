import type { IncomingMessage, ServerResponse } from "node:http";
import sirv from "sirv";

/**
 * Restricts pages of the application: no resources from other origins, no inline scripts, and sockets and requests only to
 * their own origin.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

/** Serves a built single-page application: index.html for unknown paths, 404 for missing files of the build. */
export function staticFiles(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const serve = sirv(folder, {
    single: true,
    // A page of an earlier build requests files that no longer exist; HTML in their place would cause a confusing error.
    ignores: [/^\/assets\//],
    etag: true,
    setHeaders(response, pathname) {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
      // Names below assets/ contain a hash of the content. index.html refers to them and must never be outdated.
      const hashed = pathname.startsWith("/assets/");
      response.setHeader("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  return (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    serve(request, response, () => {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
    });
  };
}
