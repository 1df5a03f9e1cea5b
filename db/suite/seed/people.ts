import { day, moment } from "./calendar.ts";
import { type Company, padded, range, slug } from "./company.ts";
import { cyclic } from "./cyclic.ts";
import { assetWords, peopleWords as words } from "./words.ts";

/** Creates offices, departments, employees, teams with their members, and assets. */
export function people(company: Company) {
  const offices = buildOffices(company);
  const departments = buildDepartments(company, offices);
  const employees = buildEmployees(company, offices, departments);
  const teams = buildTeams(company, departments, employees);
  const teamMembers = buildTeamMembers(company, teams, employees);
  const assets = buildAssets(company, offices, employees);
  return { offices, departments, employees, teams, teamMembers, assets };
}

export type People = ReturnType<typeof people>;
export type Employee = ReturnType<typeof buildEmployees>[number];

function buildOffices({ name, organizationId, id }: Company) {
  return (words.offices[name] ?? []).map(
    ([officeName, street, postalCode, city, country, phone, timezone, capacity, status], i) => ({
      id: id("office"),
      organization_id: organizationId,
      name: officeName,
      status,
      street,
      postal_code: postalCode,
      city,
      country,
      phone,
      timezone,
      capacity,
      opened_on: status === "planned" ? null : day(-3600 + i * 380),
      created_ts: moment(-900 + i),
    }),
  );
}

function buildDepartments(company: Company, offices: ReturnType<typeof buildOffices>) {
  const { organizationId, currency } = company;
  const random = company.random("department");
  const open = offices.filter((office) => office.status === "open");
  const used = words.departments.slice(0, company.share(30));
  const ids = used.map(() => company.id("department"));
  return used.map(([name, code, parent, jobTitles], i) => ({
    row: {
      id: cyclic(ids, i),
      organization_id: organizationId,
      name,
      code,
      parent_department_id: parent === null ? null : cyclic(ids, parent),
      office_id: i < 6 ? cyclic(open, 0).id : random.pick(open).id,
      annual_budget: random.int(8, 90) * 25_000,
      currency,
      description: words.departmentPurpose[code] ?? "",
      created_ts: moment(-890 + i),
    },
    jobTitles,
  }));
}

function buildEmployees(
  company: Company,
  offices: ReturnType<typeof buildOffices>,
  departments: ReturnType<typeof buildDepartments>,
) {
  const { organizationId, currency, domain, prefix, accounts } = company;
  const random = company.random("employee");
  const open = offices.filter((office) => office.status === "open");
  const offset = random.int(0, 2000);
  const count = company.share(200);
  const ids = range(count).map(() => company.id("employee"));
  return range(count).map((i) => {
    const account = accounts[i];
    // Order: employees with an account, the first of them in the top department; then the heads of the other departments;
    // then all others.
    const turn = i - accounts.length + 1;
    const departmentIndex = (account ? cyclic([0, 6, 2], i) : turn) % departments.length;
    const department = cyclic(departments, departmentIndex);
    const isHead = !account && turn < departments.length;
    const headIndex = departmentIndex === 0 ? 0 : departmentIndex - 1 + accounts.length;
    const firstName = account?.fname ?? cyclic(words.firstNames, offset + i);
    const lastName = account?.lname ?? cyclic(words.lastNames, offset + i * 5);
    const hired = -random.int(40, 2900);
    const status = account ? "active" : random.weighted({ active: 90, on_leave: 5, left: i > 40 ? 5 : 0 });
    return {
      id: cyclic(ids, i),
      organization_id: organizationId,
      first_name: firstName,
      last_name: lastName,
      employee_number: `${prefix}${padded(i + 1)}`,
      email: account?.email ?? `${slug(firstName)}.${slug(lastName)}@${domain}`,
      phone: `+49 40 555 ${padded(1000 + i)}`,
      job_title:
        account?.jobTitle ??
        (isHead ? `Head of ${lowerFirst(department.row.name)}` : random.pick(department.jobTitles)),
      status,
      employment_type:
        account || isHead ? "full_time" : random.weighted({ full_time: 76, part_time: 14, contractor: 7, intern: 3 }),
      department_id: department.row.id,
      office_id: random.pick(open).id,
      manager_id: i === 0 ? null : cyclic(ids, isHead ? 0 : headIndex),
      person_id: account?.personId ?? null,
      hired_on: day(hired),
      left_on: status === "left" ? day(-random.int(1, 39)) : null,
      salary: random.int(32, isHead ? 120 : 84) * 1000,
      currency,
      created_ts: moment(Math.max(hired - 10, -880), 8, random.int(0, 59)),
    };
  });
}

/** Makes the first letter lower case: "Internal IT" -> "internal IT". */
function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function buildTeams(
  company: Company,
  departments: ReturnType<typeof buildDepartments>,
  employees: ReturnType<typeof buildEmployees>,
) {
  const random = company.random("team");
  const byCode = new Map(departments.map(({ row }) => [row.code, row.id]));
  return words.teams.slice(0, company.share(30)).map(([name, code, mission], i) => ({
    id: company.id("team"),
    organization_id: company.organizationId,
    name,
    department_id: byCode.get(code) ?? null,
    lead_id: cyclic(employees, 3 + i * 4).id,
    mission,
    is_active: i !== 7,
    formed_on: day(-random.int(60, 800)),
    created_ts: moment(-800 + i * 3),
  }));
}

function buildTeamMembers(
  company: Company,
  teams: ReturnType<typeof buildTeams>,
  employees: ReturnType<typeof buildEmployees>,
) {
  const random = company.random("team_member");
  // Every employee is in exactly one team.
  return employees.map((employee, i) => {
    const team = cyclic(teams, i * 4);
    const joined = -random.int(10, 400);
    return {
      id: company.id("team_member"),
      organization_id: company.organizationId,
      title: `${team.name}: ${team.lead_id === employee.id ? "Team lead" : random.pick(words.teamRoles)}`,
      team_id: team.id,
      employee_id: employee.id,
      allocation_percent: random.pick([100, 100, 100, 80, 60, 50]),
      joined_on: day(joined),
      left_on: employee.left_on === null ? null : day(-1),
      created_ts: moment(joined, 9, random.int(0, 59)),
    };
  });
}

function buildAssets(
  company: Company,
  offices: ReturnType<typeof buildOffices>,
  employees: ReturnType<typeof buildEmployees>,
) {
  const random = company.random("asset");
  return range(company.share(200)).map((i) => {
    const model = cyclic(assetWords.assetModels, i);
    const bought = -random.int(20, 1100);
    const status = random.weighted({ in_use: 80, in_stock: 10, in_repair: 4, retired: 6 });
    const personal = status === "in_use" && !["network", "vehicle"].includes(model.type);
    const holder = cyclic(employees, i * 3);
    return {
      id: company.id("asset"),
      organization_id: company.organizationId,
      name: personal ? `${model.name} of ${holder.first_name} ${holder.last_name}` : model.name,
      asset_tag: `${company.prefix}-A${padded(i + 1)}`,
      asset_type: model.type,
      status,
      serial_number: `SN${random.int(100_000_000, 999_999_999)}`,
      office_id: personal ? holder.office_id : random.pick(offices).id,
      employee_id: personal ? holder.id : null,
      purchased_on: day(bought),
      warranty_until: day(bought + model.months * 30),
      purchase_price: model.price,
      currency: company.currency,
      specification: model.details,
      created_ts: moment(Math.max(bought, -700), 10, random.int(0, 59)),
    };
  });
}
