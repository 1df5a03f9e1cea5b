import { moment } from "./calendar.ts";
import { type Company, padded, range } from "./company.ts";
import { cyclic } from "./cyclic.ts";
import type { Employee } from "./people.ts";
import type { Sales } from "./sales.ts";
import { buyingWords } from "./words.ts";

/** Creates tickets of clients. */
export function tickets(company: Company, { clients, contacts, products }: Sales, employees: readonly Employee[]) {
  const random = company.random("ticket");
  const primary = new Map(
    contacts.filter((contact) => contact.is_primary).map((contact) => [contact.client_id, contact.id]),
  );
  const customers = clients.filter((client) => client.status === "active");
  const count = company.share(200);
  return range(count).map((i) => {
    const client = cyclic(customers, i * 7);
    const product = cyclic(products, i * 11);
    const title = cyclic(buyingWords.ticketTitles[product.product_type], i).replace("%", product.name);
    const age = Math.floor(((count - i) * 110) / count);
    const status =
      age > 20
        ? random.weighted({ closed: 84, resolved: 12, waiting: 4, open: 0, new: 0 })
        : random.weighted({ closed: 14, resolved: 20, waiting: 16, open: 34, new: 16 });
    const isOver = status === "closed" || status === "resolved";
    return {
      id: company.id("ticket"),
      organization_id: company.organizationId,
      title,
      ticket_number: `${company.prefix}-T${padded(10_000 + i, 5)}`,
      status,
      priority: random.weighted({ low: 24, medium: 50, high: 20, urgent: 6 }),
      channel: random.weighted({ email: 40, portal: 34, phone: 18, chat: 8 }),
      client_id: client.id,
      contact_id: primary.get(client.id) ?? null,
      product_id: product.id,
      project_id: null,
      assignee_id: status === "new" ? null : cyclic(employees, 10 + ((i * 13) % 60)).id,
      description: random.pick(buyingWords.ticketTexts),
      due_ts: moment(-age + 3, 17),
      resolved_ts: isOver ? moment(Math.min(-age + random.int(0, 5), -1), 16, random.int(0, 59)) : null,
      satisfaction: status === "closed" && random.chance(0.7) ? random.pick([3, 4, 4, 5, 5, 5, 2]) : null,
      is_private: i % 25 === 11,
      created_ts: moment(-age - 1, random.int(7, 18), random.int(0, 59)),
    };
  });
}
