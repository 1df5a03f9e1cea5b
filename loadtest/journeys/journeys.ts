import type { JourneyName } from "../plan/workload.ts";
import { abuse } from "./abuse.ts";
import { holdRows } from "./hold-rows.ts";
import { idle } from "./idle.ts";
import type { Journey } from "./journey.ts";
import { stall } from "./stall.ts";
import { visit } from "./visit.ts";
import { work } from "./work.ts";
import { writeRow } from "./write-row.ts";

/** Every journey that a workload can name. */
export const journeys: Readonly<Record<JourneyName, Journey>> = {
  holdRows,
  writeRow,
  work,
  visit,
  idle,
  stall,
  abuse,
};
