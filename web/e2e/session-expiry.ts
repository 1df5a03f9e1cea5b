import { Tokens } from "@heliograph/server-kit";
import type { Page } from "playwright-core";
import type { Application } from "./application.ts";

const lifetimeS = 3_600;

/** Why a session may not be renewed any more: it ended longer ago than TOKEN_RENEW_GRACE_S, which is 7 days. */
export const longAgoMs = -8 * 86_400_000;

/**
 * Puts a token in place of the kept one that ends in so many milliseconds, as the server would have signed it. The page
 * that is open goes on with what it has; the next load and other tabs take this one.
 *
 * @returns the end, milliseconds since 1970
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

/** The session of an open page ends: the server refuses to renew it. Told from another tab, as the page hears of others. */
export async function endSession(application: Application, page: Page): Promise<void> {
  const other = await page.context().newPage();
  // Any document of the same origin that is not the application, which would act itself.
  await other.goto(new URL("/api/v1/entity-types", page.url()).href);
  await ageSession(application, other, longAgoMs);
  await other.close();
}
