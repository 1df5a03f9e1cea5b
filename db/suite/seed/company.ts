import { demoId } from "./demo-id.ts";
import { type DemoAccount, demoAccounts } from "./demo-users.ts";
import { Dice } from "./dice.ts";

export type Json = string | number | boolean | null | { readonly [key: string]: Json };

/** One row, by column name; every row of a table has the same columns. */
export type Row = Readonly<Record<string, Json>>;

/** One of the two demo organizations, and what all its rows are built with. */
export interface Company {
  readonly name: string;
  readonly organizationId: string;
  readonly domain: string;
  readonly currency: string;
  /** Prefix of its document numbers, such as NW. */
  readonly prefix: string;
  readonly accounts: readonly DemoAccount[];
  /** How many of `total` rows belong to this organization. */
  share(total: number): number;
  /** The id of the next row of an entity; numbers run on from one organization to the next. */
  id(entity: string): string;
  /** The dice of one table. */
  dice(entity: string): Dice;
}

const NORTHWIND_SHARE = 0.7;

/** Northwind with 70 % of the rows, then Contoso with the rest. */
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
      dice: (entity) => new Dice(`${name}:${entity}`),
    };
  };
  return [
    company(1, "Northwind", "EUR", "NW", NORTHWIND_SHARE),
    company(2, "Contoso", "GBP", "CO", 1 - NORTHWIND_SHARE),
  ];
}

/** An array of the numbers 0 to count - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A document number such as 0042. */
export function padded(n: number, width = 4): string {
  return String(n).padStart(width, "0");
}

/** Money with two decimals, as the database keeps it. */
export function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** "Brightwater Logistics" -> "brightwater-logistics", for addresses. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
