interface DemoUser {
  readonly email: string;
  readonly name: string;
  readonly organization: string;
  readonly role: string;
}

/** Password of every user in the demonstration data. */
export const demoPassword = "heliograph";

export const demoUsers: readonly DemoUser[] = [
  { email: "alice@northwind.example", name: "Alice Andersen", organization: "Northwind", role: "Administrator" },
  { email: "bob@northwind.example", name: "Bob Becker", organization: "Northwind", role: "Member" },
  { email: "carol@northwind.example", name: "Carol Chen", organization: "Northwind", role: "Member" },
  { email: "dave@contoso.example", name: "Dave Dubois", organization: "Contoso", role: "Administrator" },
  { email: "erin@contoso.example", name: "Erin Evans", organization: "Contoso", role: "Member" },
];
