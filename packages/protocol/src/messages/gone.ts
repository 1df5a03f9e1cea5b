import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";
import { containerSchema, entityCodeSchema } from "../scalars.ts";

export const goneMessageSchema = messageWithPayload(
  "GONE",
  Type.Object(
    {
      entityCode: entityCodeSchema,
      entityIds: Type.Array(containerSchema, { minItems: 1, description: "ids of rows, and names of containers" }),
    },
    { additionalProperties: false },
  ),
  "These rows or containers no longer exist or may no longer be read: remove them from the device.",
);
export type GoneMessage = MessageOf<typeof goneMessageSchema>;
