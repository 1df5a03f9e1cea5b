import { abuse } from "./abuse.ts";
import { holdRows } from "./hold-rows.ts";
import { idle } from "./idle.ts";
import type { Journey } from "./journey.ts";
import { stall } from "./stall.ts";
import { knock } from "./visit.ts";
import { work } from "./work.ts";
import { writeRow } from "./write-row.ts";

/** Everything that a crowd can do, by the name that shapes use. */
export const journeys = { holdRows, writeRow, work, knock, idle, stall, abuse } as const satisfies Record<
  string,
  Journey
>;

export type JourneyName = keyof typeof journeys;
