import { backlog } from "./backlog.ts";
import { ceiling } from "./ceiling.ts";
import type { Study } from "./study.ts";

/** Every study. */
export const studies: readonly Study[] = [backlog, ceiling];
