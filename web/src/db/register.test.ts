import type { Entity, EntityCode } from "@heliograph/client";
import type {
  EntityListResult,
  EntityResult,
  KnownEntity,
  KnownEntityList,
  Mutation,
  useAutoSubscribe,
  useEntity,
} from "@heliograph/client/react";
import { expectTypeOf, test } from "vitest";
import type { EntityTypes } from "./entities.generated.ts";
import "./register.ts";

// Checked by the compiler: the hooks get their row types from the generated catalog.

test("entity codes are those of the catalog", () => {
  expectTypeOf<EntityCode>().toEqualTypeOf<keyof EntityTypes & string>();
  expectTypeOf<Parameters<typeof useEntity>[0]>().toEqualTypeOf<EntityCode>();
  expectTypeOf<Parameters<typeof useAutoSubscribe>[0]>().toEqualTypeOf<EntityCode>();
  expectTypeOf<"no_such_table">().not.toExtend<EntityCode>();
});

test("a row has the columns of its table, and is present only if the status is ready", () => {
  expectTypeOf<Entity<"task">>().toEqualTypeOf<EntityTypes["task"]>();
  type Result = EntityResult<"task">;
  expectTypeOf<Result["status"]>().toEqualTypeOf<"loading" | "ready" | "gone" | "error">();
  expectTypeOf<Extract<Result, { status: "ready" }>["data"]>().toEqualTypeOf<EntityTypes["task"]>();
  expectTypeOf<Extract<Result, { status: "ready" }>["version"]>().toEqualTypeOf<number>();
  expectTypeOf<Extract<Result, { status: "gone" }>["data"]>().toEqualTypeOf<undefined>();
  expectTypeOf<Extract<Result, { status: "error" }>["error"]>().toEqualTypeOf<Error>();
  expectTypeOf<EntityListResult<"project">["items"]>().toEqualTypeOf<readonly EntityTypes["project"][]>();
});

test("hooks that suspend never return loading or error", () => {
  expectTypeOf<KnownEntity<"task">["status"]>().toEqualTypeOf<"ready" | "gone">();
  expectTypeOf<KnownEntityList<"task">["status"]>().toEqualTypeOf<"ready">();
});

test("mutations accept the columns of the table", () => {
  type Changes = Parameters<Mutation<"task">["update"]>[1];
  expectTypeOf<{ title: string }>().toExtend<Changes>();
  expectTypeOf<{ title: number }>().not.toExtend<Changes>();
  expectTypeOf<Awaited<ReturnType<Mutation<"task">["create"]>>["confirmed"]>().toEqualTypeOf<
    Promise<EntityTypes["task"] | null>
  >();
});
