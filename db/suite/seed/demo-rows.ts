import { activity } from "./activity.ts";
import { billing } from "./billing.ts";
import { moment } from "./calendar.ts";
import { type Company, demoCompanies, type Row } from "./company.ts";
import { people } from "./people.ts";
import { projects } from "./projects.ts";
import { purchasing } from "./purchasing.ts";
import { sales } from "./sales.ts";
import { tickets } from "./tickets.ts";

/** Creates the rows of every table of the suite. The tables are in an order that satisfies the foreign keys. */
export function demoRows(): ReadonlyMap<string, readonly Row[]> {
  const tables = new Map<string, Row[]>();
  for (const company of demoCompanies()) {
    for (const [table, rows] of companyRows(company)) {
      const all = tables.get(table);
      if (all) all.push(...rows);
      else tables.set(table, [...rows]);
    }
  }
  return tables;
}

/** Creates the two organizations. They must be inserted before memberships, and memberships before employees. */
export function organizationRows(): Row[] {
  const details = {
    Northwind: {
      legal_name: "Northwind Handels- und Software GmbH",
      plan: "enterprise",
      industry: "Logistics software",
      timezone: "Europe/Berlin",
    },
    Contoso: {
      legal_name: "Contoso Consulting Ltd",
      plan: "standard",
      industry: "Consulting",
      timezone: "Europe/London",
    },
  };
  return demoCompanies().map(({ name, organizationId, domain, currency }) => ({
    id: organizationId,
    name,
    ...details[name as keyof typeof details],
    website: `https://www.${domain}`,
    billing_email: `billing@${domain}`,
    currency,
    created_ts: moment(-1000),
  }));
}

function companyRows(company: Company): readonly (readonly [string, readonly Row[]])[] {
  const staff = people(company);
  const sold = sales(company, staff.employees);
  const work = projects(company, staff, sold.clients);
  const around = activity(company, staff, work);
  const bought = purchasing(company, staff.employees, work.projects);
  const billed = billing(company, sold, staff.employees, work.projects);
  return [
    ["office", staff.offices],
    ["department", staff.departments.map((department) => department.row)],
    ["employee", staff.employees],
    ["team", staff.teams],
    ["team_member", staff.teamMembers],
    ["asset", staff.assets],
    ["client", sold.clients],
    ["contact", sold.contacts],
    ["product", sold.products],
    ["opportunity", sold.opportunities],
    ["project", work.projects],
    ["milestone", work.milestones],
    ["task", work.tasks],
    ["task_comment", around.comments],
    ["time_entry", around.timeEntries],
    ["document", around.documents],
    ["meeting", around.meetings],
    ["vendor", bought.vendors],
    ["purchase_order", bought.orders],
    ["purchase_order_line", bought.orderLines],
    ["quote", sold.quotes],
    ["contract", sold.contracts],
    ["invoice", billed.invoices],
    ["invoice_line", billed.invoiceLines],
    ["payment", billed.payments],
    ["expense", billed.expenses],
    ["ticket", tickets(company, sold, staff.employees)],
  ];
}
