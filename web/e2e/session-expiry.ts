import { Tokens } from "@heliograph/server-kit";
import type { Page } from "playwright-core";
import type { Application } from "./application.ts";

const lifetimeS = 3_600;

/** Expiry relative to now, in ms, after which a token can no longer be renewed: TOKEN_RENEW_GRACE_S is 7 days. */
export const unrenewableMs = -8 * 86_400_000;

/**
 * Replaces the stored token by one that expires in `endsInMs`, signed as the server would. The open page keeps its
 * token; the next load and other tabs use the new one.
 *
 * @returns the expiry in ms since 1970
 */
export async function ageSession(application: Application, page: Page, endsInMs: number): Promise<number> {
  const tokens = new Tokens({
    JWT_SECRET: application.cluster.settings["JWT_SECRET"] ?? "",
    JWT_ISSUER: "heliograph",
    JWT_AUDIENCE: "heliograph",
    TOKEN_LIFETIME_S: lifetimeS,
  });
  const text = await page.evaluate(() => localStorage.getItem("heliograph.session"));
  const session = JSON.parse(text ?? "{}") as { person: { id: string; organizationId: string } };
  const { id: personId, organizationId } = session.person;
  const issuedAt = Date.now() + endsInMs - lifetimeS * 1_000;
  const { token, expiresAt } = tokens.sign({ personId, organizationId }, issuedAt);
  await page.evaluate(
    (value) => localStorage.setItem("heliograph.session", value),
    JSON.stringify({ ...session, token, expiresAt: expiresAt.toISOString() }),
  );
  return expiresAt.getTime();
}

/**
 * Ends the session of an open page, as if the server refused to renew it. The page learns of it through another tab.
 */
export async function endSession(application: Application, page: Page): Promise<void> {
  const other = await page.context().newPage();
  // A document of the same origin that is not the application, which would renew the token itself.
  await other.goto(new URL("/api/v1/entity-types", page.url()).href);
  await ageSession(application, other, unrenewableMs);
  await other.close();
}
