/** A frozen process accepts connections and never answers. */
const answerWithinMs = 1000;

/** The value of a metric without labels (or with exactly these, `name{result="sent"}`) of a running service. */
export async function metric(serviceUrl: string, name: string): Promise<number> {
  const response = await fetch(new URL("/metrics", serviceUrl), { signal: AbortSignal.timeout(answerWithinMs) });
  const text = await response.text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  if (line === undefined) throw new Error(`${serviceUrl} has no metric ${name}`);
  return Number(line.slice(name.length + 1));
}
