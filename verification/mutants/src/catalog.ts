import { clientMutants } from "./catalog/client.ts";
import { databaseMutants } from "./catalog/database.ts";
import { entityIdMutants } from "./catalog/entity-ids.ts";
import { gatewayMutants } from "./catalog/gateway.ts";
import { logClaimMutants } from "./catalog/log-claims.ts";
import { logRowMutants } from "./catalog/log-rows.ts";
import { modelMutants } from "./catalog/model.ts";
import { rightsMutants } from "./catalog/rights.ts";
import { sessionMutants } from "./catalog/sessions.ts";
import { watcherMutants } from "./catalog/watcher.ts";
import type { Mutant } from "./mutant.ts";

/** Every mutant. */
export const mutants: readonly Mutant[] = [
  ...modelMutants,
  ...gatewayMutants,
  ...rightsMutants,
  ...sessionMutants,
  ...clientMutants,
  ...watcherMutants,
  ...logClaimMutants,
  ...logRowMutants,
  ...databaseMutants,
  ...entityIdMutants,
];
