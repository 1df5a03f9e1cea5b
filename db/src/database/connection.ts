import pg from "pg";

/**
 * Runs `work` on one connection, which is closed afterwards whatever happens.
 * Sessions of this package maintain the schema, so the owner's policies let them see every row.
 */
export async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "heliograph-db" });
  // A server that goes away emits this beside rejecting the query; unheard it would end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("set client_min_messages = warning");
    await client.query("set app.maintenance = on");
    return await work(client);
  } finally {
    await client.end();
  }
}
