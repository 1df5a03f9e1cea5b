import type { Mutant } from "../mutant.ts";

const sync = "services/gateway/src/sync";
const simulation = { simulation: true } as const;

/** Who a gateway tells of a change, and what it reads before. */
export const rightsMutants: readonly Mutant[] = [
  {
    name: "restricted-rows-unread",
    rule: "INV-6",
    breaks: "a restricted row is told through a container only after a read for that user",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "  if (!byId) return change.restricted;",
        replace: "  if (!byId) return false;",
      },
    ],
    caughtBy: { test: `${sync}/rights/rights-gate.test.ts` },
  },
  {
    name: "recheck-unread",
    rule: "INV-8",
    breaks: "a change of rights makes the pod read what may still be read before it tells anything",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "  if (change.recheck || connection.mustReset) return true;\n",
        replace: "",
      },
    ],
    caughtBy: simulation,
  },
  {
    name: "rights-in-their-order",
    rule: "INV-8",
    breaks: "what is in one batch with the loss of a right is not told before the read",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "of rightsFirst(changes)) {\n      if (change.entityCode",
        replace: "of changes) {\n      if (change.entityCode",
      },
    ],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
  {
    name: "pending-container-tells",
    rule: "SUB-5",
    breaks: "asking for a container that may not be read does not tell what is inside",
    patches: [
      {
        file: `${sync}/rights/rights-gate.ts`,
        find: '    if (!containerIds.some((id) => subscribed.has({ kind: "within", entityCode, entityId: id }))) return false;\n',
        replace: "    void subscribed;\n",
      },
    ],
    caughtBy: { test: `${sync}/rights/rights-gate.test.ts` },
  },
  {
    name: "created-again-unread",
    rule: "INV-7",
    breaks: "a row that somebody creates again under a held id is read before it is told",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "  return includesCreation(change);",
        replace: "return false;",
      },
    ],
    caughtBy: { simulation: true, seed: 36 },
  },
  {
    name: "created-and-deleted-unread",
    rule: "INV-7",
    breaks: "a private row that lived under a held id within one batch is not told by its version",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "  return includesCreation(change);",
        replace: "  return includesCreation(change) && change.action !== logAction.delete;",
      },
    ],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
  {
    name: "created-again-joins-missed",
    rule: "INV-7",
    breaks: "what was missed of a deleted row and of one that was created under its id stays apart",
    patches: [
      {
        file: "packages/server-kit/src/feed/coalesce.ts",
        find: "incarnations.splice(at, deleteCount, merged);",
        replace: "incarnations.splice(0, at + deleteCount, merged);",
      },
    ],
    caughtBy: { test: `${sync}/sessions/resumer.test.ts` },
  },
  {
    name: "created-again-joins-waiting",
    rule: "INV-7",
    breaks: "the deletion of a row and the creation of one under its id wait apart for a read of rights",
    patches: [
      {
        file: `${sync}/rights/pending-rights-checks.ts`,
        find: "checks[kind].toSpliced(at, deleteCount, check)",
        replace: "[check]",
      },
    ],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
  {
    name: "pending-id-vouches-for-deletion",
    rule: "INV-11",
    breaks: "a subscription that is pending proves no right to hear of the end of a private row",
    patches: [
      {
        file: `${sync}/rights/rights-gate.ts`,
        find: 'return connection.subscribed.has({ kind: "id", entityCode, entityId }) && !includesCreation(change);',
        replace: "return connection.holdsId(entityCode, entityId) && !includesCreation(change);",
      },
    ],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
  {
    name: "next-row-vouches-for-end",
    rule: "INV-11",
    breaks: "the deletion of a private row is not delivered to users who may read only the next row under its id",
    patches: [
      {
        file: `${sync}/rights/rights-gate.ts`,
        find: "else if (!isDeletion) this.#deliver(",
        replace: "else this.#deliver(",
      },
    ],
    caughtBy: { test: `${sync}/rights/rights-of-deleted-rows.test.ts` },
  },
  {
    name: "grants-hide-public-end",
    rule: "INV-5",
    breaks: "a grant or revocation in the same batch does not hide the deletion of a public row",
    patches: [
      {
        file: `${sync}/rights/pending-rights-checks.ts`,
        find: "if (change.action === logAction.delete && !change.restricted) return { change, connections };",
        replace: "change = { ...change, restricted: true };",
      },
    ],
    caughtBy: { test: `${sync}/rights/rights-of-deleted-rows.test.ts` },
  },
  {
    name: "old-container-vouches",
    rule: "INV-7",
    breaks: "a row that was created again under a held id is judged, whatever container it is in",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "  return includesCreation(change);",
        replace:
          "  return includesCreation(change) && (change.restricted || !connection.holdsContainer(change.entityCode, change.containerIds));",
      },
    ],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
  {
    name: "lost-grants-believed",
    rule: "INV-6",
    breaks: "a socket that is to begin afresh after another history is told of restricted rows only after a read",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "if (change.recheck || connection.mustReset) return true;",
        replace: "if (change.recheck) return true;",
      },
    ],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
  {
    name: "membership-not-replayed",
    rule: "RES-6",
    breaks: "a membership that changed while a socket was away is read again when it resumes",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "if (changes.some((change) => isMembershipOf(change, connection.user))) rights.recheckAll(connection.user);",
        replace: "",
      },
    ],
    caughtBy: { simulation: true, seed: 333 },
  },
  {
    name: "membership-ignored",
    rule: "INV-10",
    breaks: "a person who loses a membership is told that his rows are gone",
    patches: [
      {
        file: `${sync}/delivery/fan-out.ts`,
        find: "          if (isMembershipOf(change, user)) this.#ports.rights.recheckAll(user);",
        replace: "          void user;",
      },
    ],
    caughtBy: { simulation: true, seed: 17 },
  },
  {
    name: "woken-vouches-for-before",
    rule: "INV-11",
    breaks:
      "a row that restores a refused subscription does not prove a right to the hidden row that had its id before",
    patches: [
      {
        file: `${sync}/feed/missed-changes.ts`,
        find: "at < incarnations.length - 1 ? { ...change, createdVersion: change.createdVersion ?? 0 } : change",
        replace: "at < 0 ? { ...change } : change",
      },
    ],
    caughtBy: { test: `${sync}/subscriptions/refused-subscriptions.test.ts` },
  },
  {
    name: "reads-forgotten-while-behind",
    rule: "INV-11",
    breaks: "the end of a hidden row is not told to who subscribed to the next one while the log was behind",
    patches: [{ file: `${sync}/connection/recent-reads.ts`, find: "version >= oldestRecent", replace: "version < 0" }],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
];
