import pg from "pg";

/** Runs `work` on one connection and always closes the connection afterwards. */
export async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "heliograph-db" });
  // A lost connection rejects the query and emits this event; without a listener, the event would end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("set client_min_messages = warning");
    return await work(client);
  } finally {
    await client.end();
  }
}
