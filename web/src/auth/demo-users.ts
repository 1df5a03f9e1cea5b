export type DemoUser = { readonly email: string; readonly name: string; readonly organization: string; readonly role: string };

/** The same for everyone who comes with the demonstration data. */
export const demoPassword = "heliograph";

export const demoUsers: readonly DemoUser[] = [
  { email: "alice@northwind.example", name: "Alice", organization: "Northwind", role: "Administrator" },
  { email: "bob@northwind.example", name: "Bob", organization: "Northwind", role: "Member" },
  { email: "carol@northwind.example", name: "Carol", organization: "Northwind", role: "Member" },
  { email: "dave@contoso.example", name: "Dave", organization: "Contoso", role: "Administrator" },
  { email: "erin@contoso.example", name: "Erin", organization: "Contoso", role: "Member" },
];
