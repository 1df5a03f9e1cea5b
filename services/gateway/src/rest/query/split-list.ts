import { RestError } from "../errors/rest-error.ts";

/*
 * Lists in a query (`ids`, `sort` and the operator `in`) are separated by commas. Inside a list each value is percent-encoded
 * once more, so that it may contain a comma: `%2C` in the value, hence `%252C` in the address.
 */

/** @throws {RestError} invalid_query */
export function splitList(parameter: string, text: string): string[] {
  return text.split(",").map((value) => decodeListValue(parameter, value));
}

/** @throws {RestError} invalid_query */
export function decodeListValue(parameter: string, value: string): string {
  try {
    return value.includes("%") ? decodeURIComponent(value) : value;
  } catch (error) {
    throw new RestError("invalid_query", {
      message: `${parameter} has a percent sign that begins no encoded character.`,
      remedy:
        "Encode each value with encodeURIComponent before joining them with commas, then encode the list for the address.",
      cause: error,
    });
  }
}
