import type { FastifyInstance } from "fastify";

/**
 * Makes the server accept JSON bodies only. An empty body counts as absent: many clients declare JSON on a DELETE without
 * a body, which Fastify refuses by default. Fastify's parser refuses the keys `__proto__` and `constructor.prototype`.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = body.toString();
    if (text.trim() === "") done(null, undefined);
    else void parse(request, text, done);
  });
}
