import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerOf } from "../auth/caller.ts";
import { idOfBody, keyColumns } from "../db/entity-id.ts";
import type { EntityType } from "../db/entity-type.ts";
import type { UserClient } from "../db/user-transaction.ts";
import { type Body, checkBody } from "./documents/body-validator.ts";
import type { Document } from "./documents/document.ts";
import { type EntityAccess, idOf } from "./documents/entity-access.ts";
import { type Effect, parseIdempotencyKey, requestHash, runOnce } from "./documents/idempotency.ts";
import { parseIfMatch } from "./documents/if-match.ts";
import { readOne } from "./documents/read-documents.ts";
import { deleteDocument, insertDocument, updateDocument } from "./documents/write-documents.ts";
import { RestError } from "./errors/rest-error.ts";
import { sendDocument } from "./read-routes.ts";

/** The result of a write: its effect, and the row afterwards if it exists. */
interface Written {
  readonly effect: Effect;
  readonly document: Document | undefined;
  readonly replayed: boolean;
}

/** Registers the routes that create, change and delete rows of every entity type. */
export function registerWriteRoutes(app: FastifyInstance, access: EntityAccess): void {
  app.post("/:entity", async (request, reply) => {
    let chosenId: string | undefined;
    const written = await access
      .write(request, "create", (type) => {
        const body = canonicalKey(type, checkBody(type, "create", request.body));
        chosenId = idOfBody(type, body);
        const { context } = callerOf(request);
        return (client) =>
          writeOnce(client, request, { type, id: undefined, body }, async () => {
            const document = await insertDocument(client, type, body, context);
            return { effect: effectOf(document, 201), document };
          });
      })
      .catch(async (error: unknown) => {
        throw await withCurrent(access, request, chosenId, error);
      });
    reply.header("location", `${request.url.split("?")[0]}/${encodeURIComponent(written.effect.entityId)}`);
    return sendWritten(reply, written);
  });

  app.patch("/:entity/:id", async (request, reply) => {
    const written = await access.write(request, "update", (type) => {
      const id = idOf(request, type);
      const version = parseIfMatch(request.headers["if-match"]);
      const body = checkBody(type, "patch", request.body);
      return (client) =>
        writeOnce(client, request, { type, id, body }, async () => {
          const document = await updateDocument(client, type, { id, version, body });
          return { effect: effectOf(document, 200), document };
        });
    });
    return sendWritten(reply, written);
  });

  app.delete("/:entity/:id", async (request) => {
    const { effect } = await access.write(request, "delete", (type) => {
      const id = idOf(request, type);
      const version = parseIfMatch(request.headers["if-match"]);
      return (client) =>
        writeOnce(client, request, { type, id, body: undefined }, async () => {
          const deleted = await deleteDocument(client, type, { id, version });
          return { effect: { entityId: id, version: deleted, status: 200 }, document: undefined };
        });
    });
    return { $id: effect.entityId, $version: effect.version };
  });
}

/** The body with the UUIDs of its key in lower case, so that a repetition in other letter case is the same request. */
function canonicalKey(type: EntityType, body: Body): Body {
  const columns = new Map(body);
  for (const { name, baseType } of keyColumns(type)) {
    const value = body.get(name);
    if (baseType === "uuid" && typeof value === "string") columns.set(name, value.toLowerCase());
  }
  return columns;
}

function effectOf(document: Document, status: number): Effect {
  return { entityId: document.$id, version: document.$version, status };
}

/** Runs the write, at most once with an Idempotency-Key. A repetition answers with the row as it can be read now. */
async function writeOnce(
  client: UserClient,
  request: FastifyRequest,
  { type, id, body }: { type: EntityType; id: string | undefined; body: Body | undefined },
  write: () => Promise<{ effect: Effect; document: Document | undefined }>,
): Promise<Written> {
  const key = parseIdempotencyKey(request.headers["idempotency-key"]);
  if (key === undefined) return { ...(await write()), replayed: false };
  const { personId } = callerOf(request).context;
  let document: Document | undefined;
  const { effect, replayed } = await runOnce(
    client,
    { personId, key, type, hash: requestHash(request.method, type, id, body && Object.fromEntries(body)) },
    async () => {
      const written = await write();
      document = written.document;
      return written.effect;
    },
  );
  if (replayed) document = await readOne(client, type, effect.entityId);
  return { effect, document, replayed };
}

/**
 * Sends the row after a write. If a repeated write meets a row that has since been deleted or hidden, the answer has the id
 * and version of the first answer and `gone`, because the write did take effect.
 */
function sendWritten(reply: FastifyReply, { effect, document, replayed }: Written): object {
  reply.code(effect.status);
  if (replayed) reply.header("idempotency-replayed", "true");
  if (document) return sendDocument(reply, document);
  return { $id: effect.entityId, $version: effect.version, gone: true };
}

/** Adds the existing row to `already_exists` if the caller may read it, since the usual cause is a repeated create. */
async function withCurrent(
  access: EntityAccess,
  request: FastifyRequest,
  id: string | undefined,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RestError) || error.code !== "already_exists" || id === undefined) return error;
  const current = await access.read(request, (type) => (client) => readOne(client, type, id));
  if (!current) return error;
  return new RestError("already_exists", { message: error.message, current, cause: error });
}
