import { day, moment } from "./calendar.ts";
import { type Company, padded, range, slug } from "./company.ts";
import { cyclic } from "./cyclic.ts";
import type { Employee } from "./people.ts";
import { peopleWords, salesWords as words } from "./words.ts";

/** Creates clients, contacts, products, opportunities, quotes and contracts. */
export function sales(company: Company, employees: readonly Employee[]) {
  const clients = buildClients(company, employees);
  const contacts = buildContacts(company, clients);
  const products = buildProducts(company);
  const opportunities = buildOpportunities(company, clients, contacts, employees);
  const quotes = buildQuotes(company, opportunities);
  const contracts = buildContracts(company, quotes, employees);
  return { clients, contacts, products, opportunities, quotes, contracts };
}

export type Sales = ReturnType<typeof sales>;
export type Client = ReturnType<typeof buildClients>[number];

function buildClients(company: Company, employees: readonly Employee[]) {
  const random = company.random("client");
  // The second organization starts at another position of the lists, so that no name appears twice.
  const offset = company.name === "Northwind" ? 0 : 140;
  return range(company.share(200)).map((i) => {
    const n = offset + i;
    const word = cyclic(words.clientNames, n);
    const round = Math.floor(n / words.clientNames.length);
    const [industry, suffixes] = cyclic(words.industries, n + round * 4);
    const name = `${word} ${cyclic(suffixes, n)}`;
    const domain = `${slug(name)}.example`;
    const [city, country, postalCode, street] = random.pick(words.cities);
    const status = random.weighted({ active: 66, lead: 16, paused: 9, former: 9 });
    return {
      id: company.id("client"),
      organization_id: company.organizationId,
      name,
      client_number: `${company.prefix}-C${padded(i + 1)}`,
      status,
      industry,
      website: `https://www.${domain}`,
      email: `office@${domain}`,
      phone: `+44 20 5550 ${padded(n)}`,
      street: `${street} ${random.int(2, 140)}`,
      postal_code: postalCode,
      city,
      country,
      vat_number: `${country}${random.int(100_000_000, 999_999_999)}`,
      account_manager_id: cyclic(employees, (i * 7) % 40).id,
      payment_terms_days: random.pick([14, 30, 30, 30, 45, 60]),
      credit_limit: status === "active" ? random.int(2, 40) * 5000 : 0,
      currency: company.currency,
      notes: random.pick(words.clientNotes),
      created_ts: moment(-760 + Math.floor(i * 4.5), 9, random.int(0, 59)),
    };
  });
}

function buildContacts(company: Company, clients: readonly Client[]) {
  const random = company.random("contact");
  const offset = random.int(0, 2000);
  const seats = clients.flatMap((client, i) => (i % 5 === 0 ? [client, client] : [client]));
  return seats.map((client, i) => {
    const firstName = cyclic(peopleWords.firstNames, offset + i * 3);
    const lastName = cyclic(peopleWords.lastNames, offset + i * 8);
    return {
      id: company.id("contact"),
      organization_id: company.organizationId,
      first_name: firstName,
      last_name: lastName,
      client_id: client.id,
      job_title: random.pick(words.contactTitles),
      email: `${slug(firstName)}.${slug(lastName)}@${slug(client.name)}.example`,
      phone: `+44 20 5551 ${padded(i)}`,
      is_primary: seats[i - 1] !== client,
      newsletter: random.chance(0.4),
      last_contacted_ts: random.chance(0.8) ? moment(-random.int(1, 200), random.int(8, 16), random.int(0, 59)) : null,
      notes: null,
      created_ts: moment(-740 + i * 3, 11, random.int(0, 59)),
    };
  });
}

function buildProducts(company: Company) {
  const random = company.random("product");
  const catalogue = company.name === "Northwind" ? words.products : random.shuffled(words.products);
  const codes = { service: "SV", subscription: "SB", licence: "LC", hardware: "HW" };
  return catalogue.slice(0, company.share(200)).map((product, i) => ({
    id: company.id("product"),
    organization_id: company.organizationId,
    name: product.name,
    sku: `${codes[product.type]}-${padded(1000 + i)}`,
    product_type: product.type,
    unit: product.unit,
    unit_price: product.price,
    currency: company.currency,
    tax_rate: 20,
    is_active: !random.chance(0.06),
    description: product.description,
    created_ts: moment(-850 + i, 10),
  }));
}

function buildOpportunities(
  company: Company,
  clients: readonly Client[],
  contacts: ReturnType<typeof buildContacts>,
  employees: readonly Employee[],
) {
  const random = company.random("opportunity");
  const primary = new Map(
    contacts.filter((contact) => contact.is_primary).map((contact) => [contact.client_id, contact.id]),
  );
  const probability = { qualification: 10, discovery: 25, proposal: 50, negotiation: 75, won: 100, lost: 0 };
  return range(company.share(200)).map((i) => {
    const client = cyclic(clients, i * 3);
    const undertaking = cyclic(words.undertakings, i * 5 + Math.floor(i / 16));
    const stage = random.weighted({
      qualification: 14,
      discovery: 16,
      proposal: 18,
      negotiation: 12,
      won: 28,
      lost: 12,
    });
    const created = -420 + Math.floor((i * 400) / company.share(200));
    const isOver = stage === "won" || stage === "lost";
    return {
      id: company.id("opportunity"),
      organization_id: company.organizationId,
      name: `${undertaking} for ${client.name}`,
      client_id: client.id,
      contact_id: primary.get(client.id) ?? null,
      owner_id: cyclic(employees, i % 30).id,
      stage,
      amount: random.int(6, 240) * 1000,
      currency: company.currency,
      probability: probability[stage],
      expected_close_on: day(isOver ? created + random.int(8, 19) : random.int(5, 150)),
      lost_reason: stage === "lost" ? random.pick(words.lostReasons) : null,
      notes: random.chance(0.4) ? random.pick(words.clientNotes) : null,
      is_private: i % 22 === 6,
      created_ts: moment(created, random.int(8, 17), random.int(0, 59)),
    };
  });
}

function buildQuotes(company: Company, opportunities: ReturnType<typeof buildOpportunities>) {
  const random = company.random("quote");
  return opportunities.map((opportunity, i) => {
    const status = {
      qualification: "draft",
      discovery: "draft",
      proposal: "sent",
      negotiation: "sent",
      won: "accepted",
      lost: random.chance(0.6) ? "declined" : "expired",
    }[opportunity.stage];
    const issued = -400 + Math.floor((i * 400) / opportunities.length);
    return {
      id: company.id("quote"),
      organization_id: company.organizationId,
      title: opportunity.is_private ? `Confidential offer ${i + 1}` : opportunity.name,
      quote_number: `${company.prefix}-Q-${day(issued).slice(0, 4)}-${padded(i + 1)}`,
      status,
      client_id: opportunity.client_id,
      // Quotes are never private. Most members could not edit a quote that refers to a private opportunity.
      opportunity_id: opportunity.is_private ? null : opportunity.id,
      contact_id: opportunity.contact_id,
      issued_on: status === "draft" ? null : day(issued),
      valid_until: status === "draft" ? null : day(issued + 45),
      amount: opportunity.amount,
      discount_percent: random.pick([0, 0, 0, 5, 7.5, 10]),
      currency: company.currency,
      introduction:
        "Thank you for the good talks. This offer covers what we agreed on, with a fixed price and a fixed date.",
      created_ts: moment(issued - 1, random.int(8, 17), random.int(0, 59)),
    };
  });
}

function buildContracts(company: Company, quotes: ReturnType<typeof buildQuotes>, employees: readonly Employee[]) {
  const random = company.random("contract");
  const kinds = {
    framework: "Framework agreement",
    maintenance: "Maintenance contract",
    project: "Project contract",
    licence: "Licence agreement",
    nda: "Non-disclosure agreement",
  };
  return quotes.map((quote, i) => {
    const isAccepted = quote.status === "accepted";
    const kind = isAccepted
      ? random.weighted({ framework: 2, maintenance: 3, project: 5, licence: 2, nda: 0 })
      : random.weighted({ framework: 1, maintenance: 1, project: 0, licence: 1, nda: 4 });
    const start = -380 + Math.floor((i * 400) / quotes.length);
    const isOld = start < -190;
    const status = isOld
      ? random.weighted({ signed: 60, expired: 30, terminated: 10 })
      : random.weighted({ signed: isAccepted ? 80 : 40, in_negotiation: 25, draft: 20 });
    const isSigned = status === "signed" || status === "expired" || status === "terminated";
    return {
      id: company.id("contract"),
      organization_id: company.organizationId,
      title: `${kinds[kind]}: ${quote.title}`,
      contract_number: `${company.prefix}-K-${padded(i + 1)}`,
      contract_type: kind,
      status,
      client_id: quote.client_id,
      quote_id: isAccepted ? quote.id : null,
      owner_id: cyclic(employees, (i * 3) % 30).id,
      signed_on: isSigned ? day(Math.min(start, 0) - random.int(2, 20)) : null,
      start_on: day(start),
      end_on: day(start + (status === "expired" ? 180 : 730)),
      notice_period_days: random.pick([30, 60, 90]),
      auto_renew: kind === "maintenance" || kind === "licence",
      annual_value: kind === "nda" ? 0 : random.int(2, 60) * 1500,
      currency: company.currency,
      is_private: i % 22 === 9,
      created_ts: moment(Math.min(start - 30, -2), random.int(8, 17), random.int(0, 59)),
    };
  });
}
