import pg from "pg";

/**
 * Runs `work` on one connection and always closes it afterwards.
 * Sessions of this package maintain the schema, so they set app.maintenance, with which the owner sees every row.
 */
export async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "heliograph-db" });
  // A server that goes away emits this event and rejects the query; without a listener the event ends the process.
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
