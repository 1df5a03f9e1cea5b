import { day, moment } from "./calendar.ts";
import { type Company, cents, padded, range, slug } from "./company.ts";
import { cyclic } from "./cyclic.ts";
import type { Employee } from "./people.ts";
import type { Project } from "./projects.ts";
import { salesWords, buyingWords as words } from "./words.ts";

/** Creates vendors and purchase orders with their lines. */
export function purchasing(company: Company, employees: readonly Employee[], projects: readonly Project[]) {
  const vendors = buildVendors(company);
  const orders = buildOrders(company, vendors, employees, projects);
  return {
    vendors: vendors.map((vendor) => vendor.row),
    orders: orders.map((order) => order.row),
    orderLines: orders.flatMap((order) => order.lines),
  };
}

function buildVendors(company: Company) {
  const random = company.random("vendor");
  const offset = company.name === "Northwind" ? 0 : 140;
  return range(company.share(200)).map((i) => {
    const n = offset + i;
    const [category, suffix, goods] = cyclic(words.vendorCategories, n + Math.floor(n / words.vendorNames.length));
    const name = `${cyclic(words.vendorNames, n)} ${suffix}`;
    const [city, country] = random.pick(salesWords.cities);
    const status = random.weighted({ approved: 80, prospective: 14, blocked: 6 });
    return {
      goods,
      row: {
        id: company.id("vendor"),
        organization_id: company.organizationId,
        name,
        vendor_number: `${company.prefix}-V${padded(i + 1)}`,
        status,
        category,
        website: `https://www.${slug(name)}.example`,
        email: `orders@${slug(name)}.example`,
        phone: `+44 20 5552 ${padded(n)}`,
        city,
        country,
        iban: `${country}${random.int(10, 99)}${random.int(100_000_000, 999_999_999)}${random.int(100_000_000, 999_999_999)}`,
        payment_terms_days: random.pick([14, 30, 30, 60]),
        rating: status === "prospective" ? null : status === "blocked" ? random.int(1, 2) : random.int(3, 5),
        notes: status === "blocked" ? "Two late deliveries in a row; do not order before the next talk." : null,
        created_ts: moment(-700 + i * 4, 10, random.int(0, 59)),
      },
    };
  });
}

function buildOrders(
  company: Company,
  vendors: ReturnType<typeof buildVendors>,
  employees: readonly Employee[],
  projects: readonly Project[],
) {
  const random = company.random("purchase_order");
  const approved = vendors.filter((vendor) => vendor.row.status === "approved");
  const count = company.share(200);
  return range(count).map((i) => {
    const vendor = cyclic(approved, i * 3);
    const id = company.id("purchase_order");
    const on = -300 + Math.floor((i * 299) / count);
    const status =
      on < -40
        ? random.weighted({ received: 92, cancelled: 8, ordered: 0, approved: 0, draft: 0 })
        : random.weighted({ received: 20, cancelled: 4, ordered: 46, approved: 16, draft: 14 });
    const isPlaced = status === "ordered" || status === "received";
    const first = random.int(0, vendor.goods.length - 1);
    const lines = range(random.int(1, 3)).map((l) => {
      const [description, price] = cyclic(vendor.goods, first + l);
      const quantity = price > 1000 ? random.int(1, 4) : random.int(1, 25);
      return {
        id: company.id("purchase_order_line"),
        organization_id: company.organizationId,
        description,
        purchase_order_id: id,
        line_number: l + 1,
        quantity,
        unit_price: price,
        received_quantity: status === "received" ? quantity : 0,
        created_ts: moment(on - 3, 9, l),
      };
    });
    const [what] = cyclic(vendor.goods, first);
    // Purchase orders are visible to all members, so they must not refer to private projects.
    const project = i % 3 === 0 ? cyclic(projects, i) : null;
    return {
      lines,
      row: {
        id,
        organization_id: company.organizationId,
        title: lines.length === 1 ? what : `${what} and ${lines.length - 1} more`,
        order_number: `${company.prefix}-PO-${day(on).slice(0, 4)}-${padded(i + 1)}`,
        status,
        vendor_id: vendor.row.id,
        project_id: project && !project.is_private ? project.id : null,
        requested_by_id: cyclic(employees, i * 3).id,
        ordered_on: isPlaced ? day(on) : null,
        expected_on: isPlaced ? day(on + random.int(3, 30)) : null,
        total_amount: cents(lines.reduce((sum, line) => sum + line.quantity * line.unit_price, 0)),
        currency: company.currency,
        notes: null,
        created_ts: moment(on - 3, 9),
      },
    };
  });
}
