import { day, moment, monthName } from "./calendar.ts";
import { type Company, cents, padded, range } from "./company.ts";
import { cyclic } from "./cyclic.ts";
import type { Employee } from "./people.ts";
import type { Project } from "./projects.ts";
import type { Sales } from "./sales.ts";
import { buyingWords, salesWords } from "./words.ts";

const TAX_RATE = 20;

/** Creates invoices with their lines and payments, and expenses of employees. */
export function billing(company: Company, sold: Sales, employees: readonly Employee[], projects: readonly Project[]) {
  const invoices = buildInvoices(company, sold, projects);
  return {
    invoices: invoices.map((invoice) => invoice.row),
    invoiceLines: invoices.flatMap((invoice) => invoice.lines),
    payments: invoices.flatMap((invoice) => buildPayments(company, invoice)),
    expenses: buildExpenses(company, employees, projects),
  };
}

function buildInvoices(company: Company, { clients, products, contracts }: Sales, projects: readonly Project[]) {
  const random = company.random("invoice");
  const buyers = clients.filter((client) => client.status === "active" || client.status === "paused");
  const signed = new Map(
    contracts.flatMap((c) => (c.status === "signed" && !c.is_private ? [[c.client_id, c.id]] : [])),
  );
  const forClient = new Map(projects.flatMap((p) => (p.client_id && !p.is_private ? [[p.client_id, p.id]] : [])));
  const count = company.share(200);
  return range(count).map((i) => {
    const client = cyclic(buyers, i * 5);
    const id = company.id("invoice");
    const issued = -290 + Math.floor((i * 289) / count);
    const due = issued + client.payment_terms_days;
    const isDraft = issued > -8;
    const status = isDraft
      ? "draft"
      : due < 0
        ? random.weighted({ paid: 84, overdue: 9, partially_paid: 4, void: 3, sent: 0 })
        : random.weighted({ paid: 35, overdue: 0, partially_paid: 10, void: 2, sent: 53 });
    const lines = range(random.pick([1, 1, 2, 2, 3, 4])).map((l) => {
      const product = cyclic(products, i * 7 + l * 31);
      return {
        id: company.id("invoice_line"),
        organization_id: company.organizationId,
        description: product.name,
        invoice_id: id,
        line_number: l + 1,
        product_id: product.id,
        quantity: product.unit_price > 900 ? random.int(1, 6) : random.int(2, 40),
        unit: product.unit,
        unit_price: product.unit_price,
        created_ts: moment(issued - 1, 14, l),
      };
    });
    const [first] = lines;
    return {
      lines,
      issued,
      due,
      row: {
        id,
        organization_id: company.organizationId,
        title: `${client.name}, ${monthName(issued)}: ${first?.description ?? "services"}${lines.length > 1 ? " and more" : ""}`,
        invoice_number: `${company.prefix}-${day(issued).slice(0, 4)}-${padded(i + 1)}`,
        status,
        client_id: client.id,
        project_id: forClient.get(client.id) ?? null,
        contract_id: signed.get(client.id) ?? null,
        issued_on: isDraft ? null : day(issued),
        due_on: isDraft ? null : day(due),
        net_amount: cents(lines.reduce((sum, line) => sum + line.quantity * line.unit_price, 0)),
        tax_rate: TAX_RATE,
        currency: company.currency,
        notes: null,
        created_ts: moment(issued - 1, 14),
      },
    };
  });
}

function buildPayments(company: Company, { row: invoice, issued, due }: ReturnType<typeof buildInvoices>[number]) {
  if (invoice.status !== "paid" && invoice.status !== "partially_paid") return [];
  const random = company.random(invoice.invoice_number);
  const gross = cents(invoice.net_amount * (1 + TAX_RATE / 100));
  const part = cents(gross * random.pick([0.3, 0.4, 0.5]));
  const inTwoParts = random.chance(0.25);
  const amounts = invoice.status === "partially_paid" ? [part] : inTwoParts ? [part, cents(gross - part)] : [gross];
  return amounts.map((amount, p) => {
    const planned = issued + Math.round(((due - issued) * (p + 1)) / (amounts.length + random.next()));
    // All payments are in the past, and partial payments are in order.
    const paid = Math.min(planned, -random.int(1, 6) - 6 * (amounts.length - 1 - p));
    return {
      id: company.id("payment"),
      organization_id: company.organizationId,
      title: `${amounts.length > 1 ? `Part ${p + 1} of ` : ""}${invoice.invoice_number}`,
      invoice_id: invoice.id,
      status: paid > -3 ? "pending" : "cleared",
      method: random.weighted({ bank_transfer: 70, direct_debit: 18, card: 12 }),
      paid_on: day(paid),
      amount,
      currency: invoice.currency,
      reference: `Invoice ${invoice.invoice_number}`,
      created_ts: moment(paid, 6, random.int(0, 59)),
    };
  });
}

function buildExpenses(company: Company, employees: readonly Employee[], projects: readonly Project[]) {
  const random = company.random("expense");
  const count = company.share(200);
  const open = projects.filter((project) => !project.is_private);
  return range(count).map((i) => {
    const employee = cyclic(employees, i * 3);
    const [category, text, low, high] = cyclic(buyingWords.expenses, i * 4 + Math.floor(i / 15));
    const [city] = random.pick(salesWords.cities);
    const spent = -150 + Math.floor((i * 149) / count);
    const status =
      spent < -30
        ? random.weighted({ reimbursed: 88, rejected: 6, approved: 6, submitted: 0, draft: 0 })
        : random.weighted({ reimbursed: 15, rejected: 3, approved: 25, submitted: 40, draft: 17 });
    const isDecided = status !== "draft" && status !== "submitted";
    const project = random.chance(0.5) ? cyclic(open, i) : null;
    return {
      id: company.id("expense"),
      organization_id: company.organizationId,
      title: text.replace("%", city),
      employee_id: employee.id,
      project_id: project?.id ?? null,
      category,
      status,
      spent_on: day(spent),
      amount: cents(low + random.next() * (high - low)),
      currency: company.currency,
      is_billable: project?.client_id != null && random.chance(0.6),
      approved_by_id: isDecided ? employee.manager_id : null,
      notes: status === "rejected" ? "Receipt is missing." : null,
      is_private: i % 22 === 13,
      created_ts: moment(spent, 19, random.int(0, 59)),
    };
  });
}
