import { type Static, type TObject, type TSchema, Type } from "typebox";
import { correlationIdSchema } from "./scalars.ts";

type MessageSchema<Name extends string, Payload extends TSchema> = TObject<{
  type: ReturnType<typeof Type.Literal<Name>>;
  id: ReturnType<typeof Type.Optional<typeof correlationIdSchema>>;
  payload: Payload;
}>;

/** The frame of a message with a payload: `{type, id?, payload}`. Unknown fields are errors, so that a typo is reported. */
export function messageWithPayload<const Name extends string, Payload extends TSchema>(
  name: Name,
  payload: Payload,
  description: string,
): MessageSchema<Name, Payload> {
  return Type.Object(
    { type: Type.Literal(name), id: Type.Optional(correlationIdSchema), payload },
    { additionalProperties: false, description, title: name },
  ) as MessageSchema<Name, Payload>;
}

/** The frame of a message without a payload: `{type, id?}`. An empty payload object is accepted. */
export function messageWithoutPayload<const Name extends string>(name: Name, description: string) {
  return Type.Object(
    {
      type: Type.Literal(name),
      id: Type.Optional(correlationIdSchema),
      payload: Type.Optional(Type.Object({}, { additionalProperties: false })),
    },
    { additionalProperties: false, description, title: name },
  );
}

export type MessageOf<Schema extends TSchema> = Static<Schema>;
