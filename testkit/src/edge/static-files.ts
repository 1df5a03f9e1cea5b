import type { IncomingMessage, ServerResponse } from "node:http";
import sirv from "sirv";

/**
 * What a page of the application may do: it loads nothing from elsewhere and runs nothing inline, and its socket and
 * requests go to the origin that it came from.
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

/** Serves a built single page application: unknown paths get index.html, a missing file of the build gets 404. */
export function staticFiles(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const serve = sirv(folder, {
    single: true,
    // A page from before the last build asks for files that are gone: HTML in their place would be a confusing error.
    ignores: [/^\/assets\//],
    etag: true,
    setHeaders(response, pathname) {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
      // Names below assets/ hold a hash of the content; index.html names them and must never be an old one.
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
