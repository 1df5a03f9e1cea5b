import { logAction } from "@heliograph/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { canonicalId } from "../db/entity-id.ts";
import type { EntityType } from "../db/entity-type.ts";
import type { UserClient } from "../db/user-transaction.ts";
import { documentFields, fieldName } from "../rest/entity/document-fields.ts";
import type { Document } from "./documents/document.ts";
import { type EntityAccess, idOf } from "./documents/entity-access.ts";
import { readMany, readOne, readPage } from "./documents/read-documents.ts";
import { RestError } from "./errors/rest-error.ts";
import { maxIds, parseListQuery, type RawQuery } from "./query/list-query.ts";
import { splitList } from "./query/split-list.ts";

/** Maximum entries of a history; older entries remain in the audit log. */
const historyLimit = 100;

/** Names of the action numbers in the log. */
const actionNames: Readonly<Record<number, string>> = {
  [logAction.create]: "CREATE",
  [logAction.update]: "UPDATE",
  [logAction.delete]: "DELETE",
};

interface HistoryRow {
  at: string;
  actor: string | null;
  action: number;
  version: number;
  columns: string[] | null;
}

/** Registers the routes for lists, rows and histories of every entity type. */
export function registerReadRoutes(app: FastifyInstance, access: EntityAccess): void {
  app.get("/:entity", (request) => {
    const raw = request.query as RawQuery;
    if (raw["ids"] === undefined)
      return access.read(request, (type) => {
        const query = parseListQuery(type, raw);
        return async (client) => {
          const page = await readPage(client, type, query);
          await logViews(client, type, page.items);
          return page;
        };
      });
    return access.read(request, (type) => {
      const ids = parseIds(type, raw);
      return async (client) => {
        const result = await readMany(client, type, ids);
        await logViews(client, type, result.items);
        return result;
      };
    });
  });

  app.get("/:entity/:id", async (request, reply) => {
    const document = await access.read(request, (type) => {
      const id = idOf(request, type);
      return async (client) => {
        const found = await readOne(client, type, id);
        if (!found) throw new RestError("not_found");
        await logViews(client, type, [found]);
        return found;
      };
    });
    return sendDocument(reply, document);
  });

  app.get("/:entity/:id/history", (request: FastifyRequest) =>
    access.read(request, (type) => {
      const id = idOf(request, type);
      return async (client) => ({ items: await readHistory(client, type, id) });
    }),
  );
}

/** Sends a single row with its version as ETag. */
export function sendDocument(reply: FastifyReply, document: Document): Document {
  reply.header("etag", `"${document.$version}"`);
  return document;
}

/** @throws {RestError} invalid_query */
function parseIds(type: EntityType, raw: RawQuery): string[] {
  const other = Object.keys(raw).find((name) => name !== "ids");
  if (other !== undefined)
    throw new RestError("invalid_query", { message: "ids cannot be combined with other parameters." });
  const text = raw["ids"];
  if (typeof text !== "string")
    throw new RestError("invalid_query", { message: "ids must be given once, as ids separated by commas." });
  const ids = [...new Set(splitList("ids", text).map((id) => canonicalId(type, id)))];
  if (ids.length > maxIds) throw new RestError("invalid_query", { message: `ids contains more than ${maxIds} ids.` });
  return ids;
}

async function logViews(client: UserClient, type: EntityType, documents: readonly Document[]): Promise<void> {
  if (!type.views || documents.length === 0) return;
  await client.query(`select ${client.schema}.log_view($1, $2)`, [type.code, documents.map(({ $id }) => $id)]);
}

/** Reads a history. app.entity_history bypasses row level security, so the right to read the row is checked first. */
async function readHistory(client: UserClient, type: EntityType, id: string): Promise<object[]> {
  if (!(await readOne(client, type, id))) throw new RestError("not_found");
  const { rows } = await client.query<HistoryRow>(
    `select at, actor, action, version, columns from ${client.schema}.entity_history($1, $2, $3)`,
    [type.code, id, historyLimit],
  );
  const shown = documentFields(type);
  return rows.map(({ at, actor, action, version, columns }) => ({
    at,
    actor,
    action: actionNames[action] ?? null,
    version,
    columns: columns?.filter((name) => shown.has(fieldName(name))).map(fieldName) ?? null,
  }));
}
