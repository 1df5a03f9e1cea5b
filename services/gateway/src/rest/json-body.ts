import type { FastifyInstance } from "fastify";
import { memberTexts } from "./values/json-parts.ts";

/** Texts of the bodies that were parsed. */
const texts = new WeakMap<object, string>();

/** The texts of the values in a body by name; they have digits and notation that the parsed values may have lost. */
export function bodyTexts(body: object): ReadonlyMap<string, string> {
  const text = texts.get(body);
  return text === undefined
    ? new Map(Object.entries(body).map(([name, value]) => [name, JSON.stringify(value)]))
    : memberTexts(text);
}

/**
 * Makes the server accept JSON bodies only. An empty body counts as absent: many clients declare JSON on a DELETE without
 * a body, which Fastify refuses by default. The keys `__proto__` and `constructor` are accepted, because columns may have
 * such names and JSON documents such keys: they are own properties of the parsed body, and nothing merges bodies into objects.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("ignore", "ignore");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = body.toString();
    if (text.trim() === "") done(null, undefined);
    else
      void parse(request, text, (error, value) => {
        if (typeof value === "object" && value !== null) texts.set(value, text);
        done(error, value);
      });
  });
}
