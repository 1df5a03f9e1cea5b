export { type Explanation, explainRow, type Finding, gatherFacts, type RowFacts } from "./explain-row.ts";
export { HeliographDevtools, type HeliographDevtoolsProps } from "./HeliographDevtools.tsx";
export type { LagSummary } from "./lag-histogram.ts";
export { Recorder, type RowHistory } from "./recorder.ts";
