import { demoId } from "./demo-id.ts";

/** Credentials and ids of a demo account. */
export interface DemoUser {
  readonly email: string;
  readonly password: string;
  readonly personId: string;
  readonly organizationId: string;
}

/** A demo user with the details that the seed inserts. */
export interface DemoAccount extends DemoUser {
  readonly fname: string;
  readonly lname: string;
  readonly role: "admin" | "member";
  readonly jobTitle: string;
}

const PASSWORD = "heliograph";

export const NORTHWIND_ID = demoId("organization", 1);
export const CONTOSO_ID = demoId("organization", 2);

export const demoAccounts: readonly DemoAccount[] = [
  account(1, "alice@northwind.example", NORTHWIND_ID, "Alice", "Andersen", "admin", "Operations director"),
  account(2, "bob@northwind.example", NORTHWIND_ID, "Bob", "Becker", "member", "Project manager"),
  account(3, "carol@northwind.example", NORTHWIND_ID, "Carol", "Chen", "member", "Software engineer"),
  account(4, "dave@contoso.example", CONTOSO_ID, "Dave", "Dubois", "admin", "Managing director"),
  account(5, "erin@contoso.example", CONTOSO_ID, "Erin", "Evans", "member", "Consultant"),
];

/** Accounts that the demo prints. They all have the same password, which is not secret. */
export const demoUsers: readonly DemoUser[] = demoAccounts.map(({ email, password, personId, organizationId }) => ({
  email,
  password,
  personId,
  organizationId,
}));

function account(
  n: number,
  email: string,
  organizationId: string,
  fname: string,
  lname: string,
  role: DemoAccount["role"],
  jobTitle: string,
): DemoAccount {
  return { email, password: PASSWORD, personId: demoId("person", n), organizationId, fname, lname, role, jobTitle };
}
