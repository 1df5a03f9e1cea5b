import type { Mutant } from "../mutant.ts";

const sync = "services/gateway/src/sync";
const simulation = { simulation: true } as const;

/** Mutants of the rights checks: which users a gateway notifies of a change, and what it reads before. */
export const rightsMutants: readonly Mutant[] = [
  {
    name: "restricted-rows-unread",
    rule: "INV-6",
    breaks: "a restricted row is notified through a container only after a read with the rights of that user",
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
    breaks: "after a change of rights, a gateway rechecks what is readable before it notifies",
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
    name: "rights-changes-not-first",
    rule: "INV-8",
    breaks: "changes in the same batch as a loss of rights are not notified before the recheck",
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
    name: "pending-container-proves-right",
    rule: "SUB-5",
    breaks: "subscribing to an unreadable container reveals nothing about its rows",
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
    breaks: "a row created again under a subscribed id is read with the rights of the user before it is notified",
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
    breaks: "the version of a private row that was created and deleted within one batch is not revealed",
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
    breaks: "missed changes of a deleted row and of its successor under the same id are not merged",
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
    breaks: "a deletion and a creation under the same id stay separate while they wait for a recheck",
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
    name: "pending-id-proves-right-to-deletion",
    rule: "INV-11",
    breaks: "a pending subscription does not prove a right to the deletion of a private row",
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
    name: "next-row-proves-right-to-deletion",
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
    name: "named-persons-ignored",
    rule: "INV-14",
    breaks: "persons whom a deletion or revocation names receive GONE, although a read no longer finds their right",
    patches: [
      {
        file: `${sync}/rights/rights-gate.ts`,
        find: "    if (containerIds.includes(personContainer(user.personId))) return true;\n",
        replace: "    void user;\n",
      },
    ],
    caughtBy: { simulation: true, seed: 1_000_000 },
  },
  {
    name: "grants-hide-public-deletion",
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
    name: "former-container-proves-right",
    rule: "INV-7",
    breaks: "a row created again under a subscribed id is rechecked, whatever container it is in",
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
    name: "grants-lost-in-failover-trusted",
    rule: "INV-6",
    breaks: "after an epoch change, a socket waiting for its reset is notified of restricted rows only after a recheck",
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
    breaks: "a membership that changed while a socket was disconnected is rechecked when it resumes",
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
    breaks: "users who lose a membership are notified that its rows are gone",
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
    name: "restored-subscription-proves-right-to-former-row",
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
    breaks:
      "while the log lags, the deletion of a hidden row is not notified to subscribers of the next row under its id",
    patches: [{ file: `${sync}/connection/recent-reads.ts`, find: "version >= oldestRecent", replace: "version < 0" }],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
];
