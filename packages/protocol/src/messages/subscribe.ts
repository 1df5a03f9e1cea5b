import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";
import { entityCodeSchema, entityIdSchema, maxIdsPerMessage, versionSchema } from "../scalars.ts";

/**
 * `entityIds` names single rows, `within` names containers: every row of that type inside them, also rows yet to be
 * created. At least one of the two is given. `versions` has the order of `entityIds` and says what the client holds;
 * 0 stands for "nothing". The server then reports only what differs.
 *
 * `covered` names rows that the client holds from inside containers which it subscribes to, in this message or before,
 * with `coveredVersions` in the same order: they are compared like `entityIds`, without a subscription of their own. It may
 * also name rows that the client holds from an earlier connection and does not subscribe to in any way.
 */
export const subscribeMessageSchema = messageWithPayload(
  "SUBSCRIBE",
  Type.Object(
    {
      entityCode: entityCodeSchema,
      entityIds: Type.Optional(Type.Array(entityIdSchema, { maxItems: maxIdsPerMessage })),
      versions: Type.Optional(Type.Array(versionSchema, { maxItems: maxIdsPerMessage })),
      within: Type.Optional(Type.Array(entityIdSchema, { maxItems: maxIdsPerMessage })),
      covered: Type.Optional(Type.Array(entityIdSchema, { maxItems: maxIdsPerMessage })),
      coveredVersions: Type.Optional(Type.Array(versionSchema, { maxItems: maxIdsPerMessage })),
    },
    { additionalProperties: false },
  ),
  "Asks for a signal whenever one of the named rows, or a row inside one of the named containers, changes.",
);
export type SubscribeMessage = MessageOf<typeof subscribeMessageSchema>;
