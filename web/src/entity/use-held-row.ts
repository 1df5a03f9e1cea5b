import { useEntity } from "@heliograph/client/react";
import { useRef } from "react";
import type { EntityCode, Row } from "./catalog.ts";

export type HeldRow = {
  readonly status: "loading" | "ready" | "gone" | "error";
  /** The live row, or, once it is gone, what was last seen of it. */
  readonly row: Row | undefined;
  readonly error: unknown;
};

/** A live row that is remembered after it is gone, so that an open edit does not vanish with it. */
export function useHeldRow(code: EntityCode, id: string): HeldRow {
  const { status, data, error } = useEntity(code, id);
  const key = `${code}/${id}`;
  const held = useRef<{ key: string; row: Row } | undefined>(undefined);
  if (data) held.current = { key, row: data as unknown as Row };
  return { status, row: held.current?.key === key ? held.current.row : undefined, error };
}
