import { backlog } from "./backlog.ts";
import { ceiling } from "./ceiling.ts";
import type { Study } from "./study.ts";

export type { Study };

/** All of them. */
export const studies: readonly Study[] = [backlog, ceiling];
