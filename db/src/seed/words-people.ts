/** Word lists for offices, departments and people. Lengths of the name lists are coprime, so pairs repeat late. */

export const firstNames = [
  "Amara", "Benedikt", "Chiara", "Dmitri", "Elena", "Farid", "Grace", "Hannah", "Ivan", "Jasmine", "Kofi", "Lena", "Mateo",
  "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Samuel", "Tamsin", "Umar", "Vera", "William", "Ximena", "Yusuf", "Zoe",
  "Aiko", "Bruno", "Clara", "Diego", "Esther", "Felix", "Gemma", "Henrik", "Ines", "Jonas", "Katarina", "Luca", "Marta",
  "Noah", "Olivia", "Pavel", "Ruth", "Stefan", "Thandi", "Ulrike", "Viktor",
] as const;

export const lastNames = [
  "Abbott", "Bianchi", "Castillo", "Dahl", "Eriksen", "Fischer", "Gallagher", "Haddad", "Ibrahim", "Janssen", "Kowalski",
  "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quinn", "Rossi", "Schneider", "Tanaka", "Ulrich", "Vargas",
  "Whitfield", "Yilmaz", "Zimmermann", "Adeyemi", "Brennan", "Costa", "Douglas", "Engel", "Ferrari", "Greco", "Hughes",
  "Iversen", "Jovanovic", "Keller", "Larsen", "Mehta", "Novak", "Osei", "Pereira", "Romero", "Sato", "Thompson", "Usman",
  "Vogel", "Walsh", "Xu", "Young", "Zhang", "Baker", "Clarke", "Dupont",
] as const;

export const offices: Readonly<Record<string, readonly OfficeWords[]>> = {
  Northwind: [
    ["Hamburg headquarters", "Am Sandtorkai 41", "20457", "Hamburg", "DE", "+49 40 555 0100", "Europe/Berlin", 90, "open"],
    ["Berlin studio", "Torstrasse 18", "10119", "Berlin", "DE", "+49 30 555 0140", "Europe/Berlin", 36, "open"],
    ["Rotterdam harbour office", "Wilhelminakade 9", "3072 AP", "Rotterdam", "NL", "+31 10 555 0120", "Europe/Amsterdam", 24, "open"],
    ["Vienna branch", "Lassallestrasse 7", "1020", "Vienna", "AT", "+43 1 555 0110", "Europe/Vienna", 18, "open"],
    ["Gothenburg branch", "Lindholmspiren 5", "417 56", "Gothenburg", "SE", "+46 31 555 0160", "Europe/Stockholm", 14, "open"],
    ["Lyon support centre", "Rue de la Charite 22", "69002", "Lyon", "FR", "+33 4 55 50 10 00", "Europe/Paris", 20, "open"],
    ["Gdansk development office", "Grunwaldzka 103", "80-244", "Gdansk", "PL", "+48 58 555 0180", "Europe/Warsaw", 30, "planned"],
    ["Bremen warehouse", "Ludwig-Erhard-Strasse 12", "28197", "Bremen", "DE", "+49 421 555 0150", "Europe/Berlin", 10, "closed"],
  ],
  Contoso: [
    ["London head office", "16 Finsbury Square", "EC2A 1AH", "London", "GB", "+44 20 5555 0100", "Europe/London", 48, "open"],
    ["Manchester office", "4 Hardman Street", "M3 3HF", "Manchester", "GB", "+44 161 555 0120", "Europe/London", 20, "open"],
    ["Dublin office", "9 Sir John Rogerson's Quay", "D02 F854", "Dublin", "IE", "+353 1 555 0130", "Europe/Dublin", 16, "open"],
    ["Edinburgh office", "27 Charlotte Square", "EH2 4DR", "Edinburgh", "GB", "+44 131 555 0170", "Europe/London", 12, "planned"],
  ],
};

export type OfficeWords = readonly [
  name: string,
  street: string,
  postalCode: string,
  city: string,
  country: string,
  phone: string,
  timezone: string,
  capacity: number,
  status: "planned" | "open" | "closed",
];

/** Name, code, index of the unit above, job titles. The first is the top. */
export const departments: readonly (readonly [string, string, number | null, readonly string[]])[] = [
  ["Management", "MGMT", null, ["Managing director", "Operations director", "Chief of staff", "Executive assistant"]],
  ["Sales", "SALES", 0, ["Account manager", "Sales engineer", "Sales director", "Inside sales representative"]],
  ["Engineering", "ENG", 0, ["Engineering manager", "Staff engineer", "Principal architect"]],
  ["Operations", "OPS", 0, ["Operations manager", "Logistics planner", "Process analyst"]],
  ["Finance", "FIN", 0, ["Controller", "Accountant", "Payroll specialist", "Financial analyst"]],
  ["People", "HR", 0, ["Recruiter", "People partner", "Learning specialist"]],
  ["Consulting", "CONS", 1, ["Consultant", "Senior consultant", "Project manager", "Business analyst"]],
  ["Customer support", "SUP", 3, ["Support engineer", "Support team lead", "Customer success manager"]],
  ["Marketing", "MKT", 1, ["Content editor", "Campaign manager", "Graphic designer"]],
  ["Web and mobile", "ENG-WEB", 2, ["Frontend engineer", "Mobile engineer", "Interaction designer"]],
  ["Platform", "ENG-PLAT", 2, ["Backend engineer", "Database engineer", "Site reliability engineer"]],
  ["Quality assurance", "ENG-QA", 2, ["Test engineer", "Test automation engineer"]],
  ["Data and analytics", "ENG-DATA", 2, ["Data engineer", "Data analyst", "Machine learning engineer"]],
  ["Purchasing", "PUR", 4, ["Buyer", "Contract manager"]],
  ["Internal IT", "IT", 3, ["System administrator", "Network engineer", "Service desk agent"]],
];

export const departmentPurpose: Readonly<Record<string, string>> = {
  MGMT: "Strategy, partners and the annual plan.",
  SALES: "Finds clients and keeps them.",
  ENG: "Builds and runs the products.",
  OPS: "Keeps deliveries on time.",
  FIN: "Books, invoices, payments and the budget.",
  HR: "Hiring, contracts, training and well-being.",
  CONS: "Project work on site with clients.",
  SUP: "Answers clients within the promised time.",
  MKT: "Website, events and campaigns.",
  "ENG-WEB": "Everything that clients see on a screen.",
  "ENG-PLAT": "Services, databases and their operation.",
  "ENG-QA": "Finds the faults before clients do.",
  "ENG-DATA": "Reports, forecasts and the data warehouse.",
  PUR: "Vendors, orders and terms.",
  IT: "Laptops, networks and accounts.",
};

/** Teams: name, department code, mission. */
export const teams: readonly (readonly [string, string, string])[] = [
  ["Portal", "ENG-WEB", "The client portal, from sign-in to invoice download."],
  ["Mobile apps", "ENG-WEB", "Apps for drivers, warehouses and field service."],
  ["Design system", "ENG-WEB", "Components, accessibility and visual language."],
  ["Core services", "ENG-PLAT", "Interfaces and data model that all products share."],
  ["Reliability", "ENG-PLAT", "Monitoring, on-call and capacity."],
  ["Integrations", "ENG-PLAT", "Connectors to the systems of clients."],
  ["Reporting", "ENG-DATA", "Dashboards and the monthly figures."],
  ["Forecasting", "ENG-DATA", "Demand and capacity models."],
  ["Release testing", "ENG-QA", "Every release on every supported device."],
  ["Key accounts", "SALES", "The twenty largest clients."],
  ["New business", "SALES", "First contact to first order."],
  ["Delivery north", "CONS", "Client projects in the northern region."],
  ["Delivery south", "CONS", "Client projects in the southern region."],
  ["Service desk", "SUP", "First answer within one hour."],
  ["Second level support", "SUP", "Faults that need an engineer."],
  ["Events", "MKT", "Trade fairs and the user conference."],
  ["Content", "MKT", "Website, case studies and newsletter."],
  ["Receivables", "FIN", "Invoices, payments and reminders."],
  ["Onboarding", "HR", "The first hundred days of new colleagues."],
  ["Workplace", "IT", "Devices, accounts and meeting rooms."],
  ["Vendor management", "PUR", "Framework agreements and ratings."],
];

export const teamRoles = [
  "Developer", "Reviewer", "Release manager", "Product owner", "Scrum master", "Analyst", "Tester", "Coordinator",
  "Specialist", "Deputy lead",
] as const;
