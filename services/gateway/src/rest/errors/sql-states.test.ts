import { expect, test } from "vitest";
import { restErrorCatalog } from "./error-catalog.ts";
import { type Operation, restErrorOfSql } from "./sql-error.ts";
import { codeOfKind, kindInFunction, sqlStateOf, sqlStates } from "./sql-states.ts";
import { appendixStates } from "./testing/appendix-states.ts";
import { serverError } from "./testing/server-error.ts";

const operations: readonly Operation[] = ["read", "create", "update", "delete"];

test("every state of PostgreSQL's appendix has a deliberate kind", () => {
  expect(appendixStates.length).toBeGreaterThan(260);
  for (const { state, kind, kindInFunction: inFunction, condition } of appendixStates) {
    const found = sqlStateOf(state);
    expect(found?.kind, `${state} ${condition}`).toBe(kind);
    expect(found && kindInFunction(found), `${state} ${condition} in a function`).toBe(inFunction);
  }
});

test("the table has no row without a state in the appendix", () => {
  for (const row of Object.keys(sqlStates))
    expect(
      appendixStates.some(({ state }) => state.startsWith(row)),
      row,
    ).toBe(true);
});

test("an infrastructure class is never an answer that puts a write aside, and never without Retry-After", () => {
  for (const { state } of appendixStates) {
    const infrastructure = /^(08|40|53|55|57|58|XX)/.test(state) && state !== "40002";
    for (const operation of operations) {
      const answer = restErrorOfSql(serverError(state), operation);
      if (infrastructure) expect([state, answer?.status]).toEqual([state, 503]);
      if (answer?.status === 503) expect(Number(answer.headers["retry-after"]), state).toBeGreaterThan(0);
    }
  }
});

test("every answer has a code of its kind, and none has the text of PostgreSQL", () => {
  for (const { state, kind } of appendixStates) {
    for (const operation of operations) {
      const answer = restErrorOfSql(serverError(state, { detail: "text of PostgreSQL" }), operation);
      if (kind === "defect") expect(answer, state).toBeUndefined();
      else expect(JSON.stringify(answer?.toBody("r")), state).not.toContain("text of PostgreSQL");
      if (answer) expect([400, 403, 409, 422, 503], state).toContain(answer.status);
    }
  }
  for (const code of Object.values(codeOfKind)) expect(restErrorCatalog[code]).toBeDefined();
});
