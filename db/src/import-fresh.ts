import { withClient } from "./connection.ts";
import { readDefinitions } from "./manifest.ts";

/**
 * Imports the current definitions into a database without schema `app`, in one transaction.
 * For development and for the comparison with the migrations; a database that is to live on is made by `migrate`.
 */
export async function importFresh(databaseUrl: string): Promise<void> {
  const definitions = await readDefinitions();
  await withClient(databaseUrl, async (client) => {
    await client.query("begin");
    for (const { path, sql } of definitions) {
      try {
        await client.query(sql);
      } catch (error) {
        throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
    await client.query("commit");
  });
}
