import { randomUuid } from "@heliograph/shared/uuid";
import {
  type BulkWriteRow,
  fillWithDefaultSettings,
  type PreparedQuery,
  type RxDocumentData,
  type RxJsonSchema,
  type RxStorage,
  type RxStorageInstance,
} from "rxdb/plugins/core";

/** Maps a stored row to its new value: the same object to leave it unchanged, undefined to remove it. */
export type Step<Row> = (held: Row | undefined) => Row | undefined;

type Stored<Row> = RxDocumentData<Row>;
type Instance<Row> = RxStorageInstance<Row, unknown, unknown>;
/** The internals of the Dexie storage that are used here. */
interface DexieInternals {
  readonly dexieDb: {
    transaction<Answer>(mode: "rw", table: unknown, work: () => Promise<Answer>): Promise<Answer>;
    on(event: "versionchange" | "close", listener: () => void): void;
  };
  readonly dexieTable: {
    bulkGet(ids: readonly string[]): Promise<({ _deleted?: string } | undefined)[]>;
    bulkDelete(ids: readonly string[]): Promise<void>;
  };
}

export interface TableOptions<Row> {
  readonly storage: RxStorage<unknown, unknown>;
  readonly database: string;
  /** Identifies one opening of the database. Its tables share a channel to other tabs. */
  readonly token: string;
  readonly name: string;
  readonly schema: RxJsonSchema<Row>;
  readonly shared: boolean;
}

/** How often a step may run again because another tab wrote in between. */
const maxRounds = 100;

/**
 * One table of RxDB's storage layer. It uses RxDB's storage, its revisions (by which tabs notice each other's writes) and
 * its change events in all tabs. It does not use RxDB's collections and queries: rows are read by key only, and they would
 * double the size of the SDK and the duration of a write.
 */
export class RxTable<Row extends { readonly id: string }> {
  readonly #instance: Instance<Row>;
  readonly #schema: RxJsonSchema<Stored<Row>>;
  /** Distinguishes revisions written by this tab from those of other tabs. */
  readonly #token = randomUuid().slice(0, 8);

  private constructor(instance: Instance<Row>, schema: RxJsonSchema<Stored<Row>>) {
    this.#instance = instance;
    this.#schema = schema;
  }

  static async open<Row extends { readonly id: string }>(options: TableOptions<Row>): Promise<RxTable<Row>> {
    const schema = fillWithDefaultSettings(options.schema);
    const instance = await options.storage.createStorageInstance<Row>({
      databaseInstanceToken: options.token,
      databaseName: options.database,
      collectionName: options.name,
      schema,
      options: {},
      multiInstance: options.shared,
      devMode: false,
    });
    return new RxTable(instance, schema);
  }

  async read(ids: readonly string[]): Promise<Map<string, Row>> {
    if (ids.length === 0) return new Map();
    const documents = await this.#instance.findDocumentsById([...new Set(ids)], false);
    return new Map(documents.map((document) => [(document as Row).id, withoutBookkeeping(document)]));
  }

  /**
   * Rows in the order of the schema's own index, or of their ids when it has none; all unless limited.
   *
   * @param after columns of the index, its id last: only rows behind these
   */
  async all(limit = Number.MAX_SAFE_INTEGER, after?: readonly (number | string)[]): Promise<Row[]> {
    const { documents } = await this.#instance.query(this.#everything(limit, after));
    return documents.map(withoutBookkeeping);
  }

  async count(): Promise<number> {
    return (await this.#instance.count(this.#everything())).count;
  }

  /**
   * Applies one step per row atomically. If another tab wrote the row in between, the step runs again on its result.
   *
   * @returns the new rows; undefined for those that do not exist
   */
  async change(steps: ReadonlyMap<string, Step<Row>>): Promise<Map<string, Row | undefined>> {
    const held = new Map<string, Stored<Row>>();
    for (const document of await this.#instance.findDocumentsById([...steps.keys()], true)) {
      held.set((document as unknown as Row).id, document);
    }
    const after = new Map<string, Row | undefined>();
    let open: Iterable<string> = steps.keys();
    for (let round = 0; round < maxRounds; round += 1) {
      const writes: BulkWriteRow<Row>[] = [];
      for (const id of open) {
        const stored = held.get(id);
        const before = stored && !stored._deleted ? withoutBookkeeping(stored) : undefined;
        const row = steps.get(id)?.(before);
        after.set(id, row);
        if (row !== before) writes.push(this.#write(id, stored, row));
      }
      if (writes.length === 0) return after;
      const { error } = await this.#instance.bulkWrite(writes, "heliograph");
      for (const problem of error) {
        if (problem.status !== 409)
          throw new Error(`The local store failed to write ${problem.documentId} (status ${problem.status}).`);
        held.set(problem.documentId, problem.documentInDb);
      }
      open = error.map(({ documentId }) => documentId);
    }
    throw new Error("Failed to write to the local store: too many tabs write at the same time.");
  }

  /** Deletes the documents that removals leave behind. They are empty already; this limits their number. */
  async purge(ids: readonly string[]): Promise<void> {
    const internals = (await this.#instance.internals) as Partial<DexieInternals>;
    const { dexieDb, dexieTable } = internals;
    if (!dexieDb || !dexieTable) return void (await this.#instance.cleanup(0));
    await dexieDb.transaction("rw", dexieTable, async () => {
      const documents = await dexieTable.bulkGet(ids);
      // Another tab may have written one of them again; that one stays.
      await dexieTable.bulkDelete(ids.filter((_, index) => documents[index]?._deleted === "1"));
    });
  }

  /** Calls back with rows that any tab wrote; undefined for removed ones. */
  onChange(listener: (changes: readonly { id: string; row: Row | undefined }[]) => void): () => void {
    const subscription = this.#instance.changeStream().subscribe(({ events }) => {
      listener(
        events.map(({ documentId, documentData }) => ({
          id: documentId,
          row: documentData._deleted ? undefined : withoutBookkeeping(documentData),
        })),
      );
    });
    return () => subscription.unsubscribe();
  }

  /** Calls back when another tab deleted the database or the browser closed it. Reads and writes fail from then on. */
  async onLost(listener: () => void): Promise<void> {
    const { dexieDb } = (await this.#instance.internals) as Partial<DexieInternals>;
    dexieDb?.on("versionchange", listener);
    dexieDb?.on("close", listener);
  }

  close(): Promise<void> {
    return this.#instance.close();
  }

  /**
   * The query for all rows that are not removed, as RxDB's query planner would prepare it. It is written by hand because
   * it is the only query and the planner is larger than this file.
   */
  #everything(limit?: number, after?: readonly (number | string)[]): PreparedQuery<Row> {
    const index = [...(this.#schema.indexes?.[0] ?? [])] as string[];
    const [, ...columns] = index; // the first is `_deleted`
    const query = {
      selector: { _deleted: { $eq: false } },
      sort: columns.map((column) => ({ [column]: "asc" })),
      skip: 0,
      ...(limit === undefined ? {} : { limit }),
    };
    const queryPlan = {
      index,
      startKeys: [false, ...(after ?? columns.map(() => Number.MIN_SAFE_INTEGER))],
      endKeys: [false, ...columns.map(() => "\uffff")],
      inclusiveStart: after === undefined,
      inclusiveEnd: true,
      sortSatisfiedByIndex: true,
      selectorSatisfiedByIndex: true,
    };
    return { query, queryPlan } as unknown as PreparedQuery<Row>;
  }

  #write(id: string, previous: Stored<Row> | undefined, row: Row | undefined): BulkWriteRow<Row> {
    const height = previous ? Number.parseInt(previous._rev, 10) : 0;
    const document = {
      // A removed row keeps only what the indexes need.
      ...(row ?? { id, seenAt: 0 }),
      _deleted: row === undefined,
      _attachments: {},
      _rev: `${height + 1}-${this.#token}`,
      _meta: { lwt: Date.now() },
    } as unknown as Stored<Row>;
    return previous ? { previous, document } : { document };
  }
}

/** Removes RxDB's own fields, which would appear as columns in generic tools. */
function withoutBookkeeping<Row>(document: Stored<Row>): Row {
  const { _deleted, _attachments, _rev, _meta, ...row } = document;
  return row as unknown as Row;
}
