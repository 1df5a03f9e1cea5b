import { uuidPattern } from "@heliograph/protocol";

/** Patterns of values that travel as text. */
export const patterns = {
  uuid: uuidPattern,
  // PostgreSQL refuses NUL in text. A lone surrogate has no UTF-8 form and would silently be stored as U+FFFD.
  storable: "^[^\\u0000\\uD800-\\uDFFF]*$",
  integer: "^-?\\d{1,19}$",
  decimal: "^(-?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d{1,5})?|NaN|-?Infinity)$",
  /** Values of floating-point types that JSON numbers do not have. */
  noNumber: "^(NaN|-?Infinity|-0)$",
  /** Dates and times that RFC 3339 does not have. PostgreSQL checks the rest. */
  farTime: "^-?infinity$| BC$|^\\d{5,}-",
  array: "^[{[]",
} as const;
