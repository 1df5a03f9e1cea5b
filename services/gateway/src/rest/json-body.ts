import type { FastifyInstance } from "fastify";

/**
 * Only JSON is accepted. An empty body counts as absent: many clients declare JSON on a DELETE without a body, which
 * Fastify refuses by default. `__proto__` and `constructor.prototype` keys are refused by Fastify's parser.
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
