import { hash, verify } from "@node-rs/argon2";

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. About 25 ms. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

let decoy: Promise<string> | undefined;

/** The hash to store for a password. */
function hashPassword(password: string): Promise<string> {
  return hash(password, options);
}

/**
 * Whether the password belongs to the stored hash. Without a hash (no such account) a decoy is verified instead, so that
 * the response time does not disclose which addresses have an account.
 */
export async function passwordMatches(stored: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword("no account has this password");
  const matches = await verify(stored ?? (await decoy), password);
  return stored !== undefined && matches;
}
