import type { EntityType } from "../../db/entity-type.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";
import { nearestName } from "./nearest-name.ts";
import { RestError } from "./rest-error.ts";

/** Maximum characters of the caller's text that a message repeats. */
const shownLength = 63;

export function unknownColumn(type: EntityType, name: string): RestError {
  const near = nearestName(name, documentFields(type).keys());
  const suggestion = near === undefined ? "" : ` Did you mean ${near}?`;
  return new RestError("unknown_column", {
    message: `${type.code} has no column ${JSON.stringify(name.slice(0, shownLength))}.${suggestion}`,
  });
}
