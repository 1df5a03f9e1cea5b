import type { DatabasePool } from "@heliograph/server-kit";
import { sleep } from "@heliograph/shared/sleep";
import type { FastifyRequest } from "fastify";
import { callerOf } from "../../auth/caller.ts";
import { canonicalId } from "../../db/entity-id.ts";
import type { EntityRegistry } from "../../db/entity-registry.ts";
import type { EntityType } from "../../db/entity-type.ts";
import { type UserClient, withUser } from "../../db/user-transaction.ts";
import { answerSqlError } from "../errors/answer-sql-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import { RestError } from "../errors/rest-error.ts";
import { retryContention } from "../errors/retry-contention.ts";
import { isCatalogStale, type Operation } from "../errors/sql-error.ts";

export interface EntityAccessDependencies {
  readonly pool: DatabasePool;
  readonly registry: EntityRegistry;
  /** Asks the watcher to poll the log at once. */
  readonly poke: () => void;
  readonly statementTimeoutMs?: number;
}

/** Parameters of the routes of an entity type. */
interface Params {
  readonly entity?: string;
  readonly id?: string;
}

/** Runs the work of a route for the entity type in its address, as the caller and in one transaction. */
export class EntityAccess {
  readonly #dependencies: EntityAccessDependencies;

  constructor(dependencies: EntityAccessDependencies) {
    this.#dependencies = dependencies;
  }

  /** Runs work that reads. The transaction is read only unless the type logs reads. */
  read<Result>(
    request: FastifyRequest,
    prepare: (type: EntityType) => (client: UserClient) => Promise<Result>,
  ): Promise<Result> {
    return this.#withType(request, "read", async (type) => {
      return this.#transaction(request, prepare(type), !type.views);
    });
  }

  /** Runs work that changes a row, and pokes the watcher after the commit. */
  async write<Result>(
    request: FastifyRequest,
    operation: Operation,
    prepare: (type: EntityType) => (client: UserClient) => Promise<Result>,
  ): Promise<Result> {
    const result = await this.#withType(request, operation, async (type) =>
      this.#transaction(request, prepare(type), false),
    );
    this.#dependencies.poke();
    return result;
  }

  #transaction<Result>(
    request: FastifyRequest,
    work: (client: UserClient) => Promise<Result>,
    readOnly: boolean,
  ): Promise<Result> {
    const { pool, statementTimeoutMs } = this.#dependencies;
    const options = { readOnly, ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }) };
    return retryContention(() => withUser(pool, callerOf(request).context, work, options), {
      sleep,
      random: Math.random,
    });
  }

  async #withType<Result>(
    request: FastifyRequest,
    operation: Operation,
    work: (type: EntityType) => Promise<Result>,
  ): Promise<Result> {
    const { registry } = this.#dependencies;
    const entityCode = (request.params as Params).entity ?? "";
    const type = await registry.find(entityCode);
    if (!type) throw this.#unknownEntity(entityCode);
    try {
      return await work(type).catch(async (error: unknown) => {
        const now = await this.#typeAfter(type, error);
        if (now === type) throw error;
        if (!now) throw this.#unknownEntity(entityCode);
        return work(now);
      });
    } catch (error) {
      if (error instanceof RestError) throw error;
      throw (await answerSqlError(this.#dependencies, { type, operation }, error)) ?? error;
    }
  }

  /** The current entity type if the error may come from a migration since the catalog was read; otherwise the same type. */
  async #typeAfter(type: EntityType, error: unknown): Promise<EntityType | undefined> {
    const { registry } = this.#dependencies;
    if (isCatalogStale(error)) return registry.renew(type);
    if (error instanceof RestError && error.code === "unknown_column") {
      await registry.refreshIfDue();
      return registry.get(type.code);
    }
    return type;
  }

  #unknownEntity(entityCode: string): RestError {
    const near = nearestName(
      entityCode,
      this.#dependencies.registry.all().map((type) => type.code),
    );
    const shown = JSON.stringify(entityCode.slice(0, 63));
    return new RestError("unknown_entity", {
      message: `No entity type has the code ${shown}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
    });
  }
}

/** The id in the address, which the router has decoded, as answers spell it. */
export function idOf(request: FastifyRequest, type: EntityType): string {
  return canonicalId(type, (request.params as Params).id ?? "");
}
