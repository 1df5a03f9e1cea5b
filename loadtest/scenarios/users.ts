/**
 * Question: with a hundred people who edit and read at the same time, does everybody see every change at once?
 *
 * Unlike steady, the sockets are users: they edit what they see, and read what others have changed, as the client
 * library does it.
 */
import {
  allConnect,
  allSubscribe,
  allWritten,
  correctness,
  defineScenario,
  neverClosed,
  noRepeats,
  phaseSettings,
  phasesOf,
} from "../plan/scenario.ts";

export const users = defineScenario({
  name: "users",
  question: "With many people who edit and read at the same time, does everybody see every change at once?",
  settings: {
    ...phaseSettings,
    sockets: "people at work",
    perSocket: "rows that each of them sees",
    rows: "rows there are: fewer rows, more people at each",
    thinkSeconds: "time from one edit of a person to the next",
    deliveryP99Ms: "budget: from the change to the signal",
    readP95Ms: "budget: reading what has changed",
  },
  phases: phasesOf,
  world: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  crowds: (s) => [{ kind: "connections", name: "people", journey: "work", count: s.sockets }],
  budgets: (s) => [
    ...correctness,
    noRepeats,
    allConnect,
    allSubscribe,
    allWritten,
    neverClosed,
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "the promise of the product on one machine",
    },
    { metric: "rt_read_ok", expression: "rate==1", why: "a signal is worth nothing without the row" },
    {
      metric: "rt_read_ms",
      expression: `p(95)<=${s.readP95Ms}`,
      why: "a signal starts a read: both make the delay on the screen",
    },
  ],
});
