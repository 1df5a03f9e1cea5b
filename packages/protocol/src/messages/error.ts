import { Type } from "typebox";
import { errorCodes } from "../error-code.ts";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const errorMessageSchema = messageWithPayload(
  "ERROR",
  Type.Object(
    { code: Type.Enum(errorCodes), message: Type.String({ description: "the problem and its remedy" }) },
    { additionalProperties: false },
  ),
  "The message with this id was refused. Nothing else on the connection is affected.",
);
export type ErrorMessage = MessageOf<typeof errorMessageSchema>;
