import { isContention } from "./sql-fault.ts";

/** Attempts in all. The second nearly always succeeds; a third covers a crowd on one row, more would only add to it. */
const maxAttempts = 3;
/** Longest pause before the second attempt, milliseconds; doubled before the third. */
const basePauseMs = 20;

export interface RetryPorts {
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * Runs a transaction again when PostgreSQL has ended it because of a concurrent one: a deadlock or a serialization failure.
 * It has changed nothing then. An application that raises such a state by itself is not repeated.
 */
export async function retryContention<Result>(
  transaction: () => Promise<Result>,
  { sleep, random }: RetryPorts,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt >= maxAttempts || !isContention(error)) throw error;
      await sleep(random() * basePauseMs * 2 ** (attempt - 1));
    }
  }
}
