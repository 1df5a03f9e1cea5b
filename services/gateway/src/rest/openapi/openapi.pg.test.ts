import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestUnderTest, startRest } from "../testing/start-rest.ts";
import { schemaName } from "./openapi-document.ts";

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, { properties: Record<string, object>; required?: string[] }> };
}

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

const readDocument = async () => (await rest.app.inject({ url: "/docs/json" })).json() as OpenApi;

test("the document has real paths and schemas for every type, and every reference in it resolves", async () => {
  const document = await readDocument();
  expect(document.openapi).toBe("3.1.0");
  for (const { code } of rest.registry.all()) {
    expect(Object.keys(document.paths[`/api/v1/${code}`] ?? {})).toEqual(["get", "post"]);
    expect(Object.keys(document.paths[`/api/v1/${code}/{id}`] ?? {})).toEqual(["parameters", "get", "patch", "delete"]);
  }
  expect(document.components.schemas["TaskCreate"]?.required).toEqual(["title", "project_id"]);
  expect(JSON.stringify(document)).not.toContain("salary");
  for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
  const operations = [...JSON.stringify(document).matchAll(/"operationId":"(\w+)"/g)].map((match) => match[1]);
  expect(new Set(operations).size).toBe(operations.length);
});

test("rows of every type match their published schema", async () => {
  const { components } = await readDocument();
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  for (const { code } of rest.registry.all()) {
    const validate = ajv.compile({ ...components.schemas[schemaName(code)], additionalProperties: false });
    const { body } = await rest.call(`GET /${code}?limit=100`, { as: "alice" });
    for (const item of body.items) expect(validate(item), `${code}: ${ajv.errorsText(validate.errors)}`).toBe(true);
  }
});

test("the reference page is served with a content security policy and without a token", async () => {
  const page = await rest.app.inject({ url: "/docs/" });
  expect(page.statusCode).toBe(200);
  expect(page.headers["content-type"]).toContain("text/html");
  expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
  for (const [, asset] of page.body.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g))
    expect((await rest.app.inject({ url: new URL(asset ?? "", "http://x/docs/").pathname })).statusCode).toBe(200);
});

test("a newly tracked table appears in the document", async () => {
  await rest.db.pool.query(`
    create table app.fresh (id uuid primary key default gen_random_uuid(), organization_id uuid not null, name text not null);
    select app.enable_sync('app.fresh', 'fresh_thing')`);
  await rest.registry.refresh();
  expect((await readDocument()).components.schemas).toHaveProperty("FreshThingPatch");
});
