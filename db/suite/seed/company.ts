import { SeededRandom } from "@heliograph/shared/seeded-random";
import { demoId } from "./demo-id.ts";
import { type DemoAccount, demoAccounts } from "./demo-users.ts";

type Json = string | number | boolean | null | { readonly [key: string]: Json };

/** A row by column name. All rows of a table have the same columns. */
export type Row = Readonly<Record<string, Json>>;

/** A demo organization, with the functions that create its rows. */
export interface Company {
  readonly name: string;
  readonly organizationId: string;
  readonly domain: string;
  readonly currency: string;
  /** Prefix of document numbers, for example NW. */
  readonly prefix: string;
  readonly accounts: readonly DemoAccount[];
  /** Number of rows, out of `total`, that belong to this organization. */
  share(total: number): number;
  /** Returns the id of the next row of an entity type. Both organizations share one numbering. */
  id(entity: string): string;
  /** Creates the random generator of a table. */
  random(entity: string): SeededRandom;
}

const NORTHWIND_SHARE = 0.7;

/** Creates Northwind, with 70 % of the rows, and Contoso, with the rest. */
export function demoCompanies(): readonly [Company, Company] {
  const counters = new Map<string, number>();
  const company = (number: number, name: string, currency: string, prefix: string, share: number): Company => {
    const organizationId = demoId("organization", number);
    return {
      name,
      organizationId,
      domain: `${name.toLowerCase()}.example`,
      currency,
      prefix,
      accounts: demoAccounts.filter((account) => account.organizationId === organizationId),
      share: (total) => Math.round(total * share),
      id(entity) {
        const n = (counters.get(entity) ?? 0) + 1;
        counters.set(entity, n);
        return demoId(entity, n);
      },
      random: (entity) => SeededRandom.fromText(`${name}:${entity}`),
    };
  };
  return [
    company(1, "Northwind", "EUR", "NW", NORTHWIND_SHARE),
    company(2, "Contoso", "GBP", "CO", 1 - NORTHWIND_SHARE),
  ];
}

/** Returns the numbers from 0 to count - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Pads a document number with zeros, for example 0042. */
export function padded(n: number, width = 4): string {
  return String(n).padStart(width, "0");
}

/** Rounds an amount of money to two decimals, as the database stores it. */
export function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** Converts a name for use in web and e-mail addresses: "Brightwater Logistics" -> "brightwater-logistics". */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
