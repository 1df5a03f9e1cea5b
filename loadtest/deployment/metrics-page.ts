/** A service that is busy or gone must not hold the sampling up, milliseconds. */
const answerWithinMs = 1500;

/** Values of one page of metrics by name: of several lines with different labels, the sum. */
export function parseMetrics(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{.*\})? (\S+)/.exec(line);
    if (!match?.[1]) continue;
    values.set(match[1], (values.get(match[1]) ?? 0) + Number(match[2]));
  }
  return values;
}

/** The metrics of a service; null when it does not answer. */
export async function readMetrics(url: string): Promise<Map<string, number> | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    return answer.ok ? parseMetrics(await answer.text()) : null;
  } catch {
    return null;
  }
}

/** One of them. */
export async function gaugeOf(url: string, name: string): Promise<number | undefined> {
  return (await readMetrics(url))?.get(name);
}
