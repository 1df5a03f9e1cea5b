/** Word lists for clients, contacts, products and what is sold to them. */

export const clientNames = [
  "Brightwater",
  "Oakridge",
  "Halden",
  "Silverbrook",
  "Kestrel",
  "Marlow",
  "Norrland",
  "Pinecrest",
  "Redstone",
  "Sablewood",
  "Tidewell",
  "Umberfield",
  "Vantera",
  "Westmark",
  "Yarrow",
  "Zenith Bay",
  "Alderney",
  "Blue Harbour",
  "Cedarline",
  "Dunmore",
  "Eastgate",
  "Fairhaven",
  "Glenmore",
  "Hartwell",
  "Ironbridge",
  "Juniper",
  "Kingsway",
  "Larkspur",
  "Meridian",
  "Northgate",
  "Orchard Hill",
  "Peregrine",
  "Quarry Lane",
  "Rosemount",
  "Stonefield",
  "Thornbury",
  "Upland",
  "Valebrook",
  "Whitecliff",
  "Ashgrove",
  "Beacon",
  "Clearwater",
  "Driftwood",
  "Elmstead",
  "Foxglove",
  "Greyfriars",
  "Highfield",
  "Ivybridge",
  "Kingfisher",
  "Lowland",
  "Millbrook",
  "Nordhaven",
  "Oldcastle",
  "Portland Row",
  "Ravenscar",
  "Southbank",
  "Tamarind",
  "Unity",
  "Verdant",
  "Waverley",
  "Amberley",
  "Birchwood",
  "Copperfield",
  "Deepdale",
  "Everglade",
  "Falconridge",
  "Goldcrest",
  "Harrowgate",
  "Inverness Quay",
  "Kirkstall",
] as const;

/** Industry and how its companies are called. */
export const industries: readonly (readonly [string, readonly string[]])[] = [
  ["Logistics", ["Logistics", "Freight", "Shipping"]],
  ["Food and beverage", ["Foods", "Bakeries", "Brewing"]],
  ["Manufacturing", ["Industries", "Precision Parts", "Machinery"]],
  ["Retail", ["Stores", "Outfitters", "Home and Garden"]],
  ["Energy", ["Energy", "Solar", "Utilities"]],
  ["Health care", ["Clinics", "Medical Supplies", "Care"]],
  ["Construction", ["Builders", "Timber", "Engineering"]],
  ["Insurance", ["Insurance", "Mutual", "Assurance"]],
  ["Hospitality", ["Hotels", "Resorts", "Catering"]],
  ["Education", ["Academy", "Learning", "Publishing"]],
  ["Public sector", ["Transport Authority", "Water Board", "City Services"]],
];

export const cities: readonly (readonly [string, string, string, string])[] = [
  ["Hamburg", "DE", "20095", "Monckebergstrasse"],
  ["Munich", "DE", "80331", "Sendlinger Strasse"],
  ["Cologne", "DE", "50667", "Hohe Strasse"],
  ["Leipzig", "DE", "04109", "Petersstrasse"],
  ["Vienna", "AT", "1010", "Graben"],
  ["Zurich", "CH", "8001", "Bahnhofstrasse"],
  ["Copenhagen", "DK", "1256", "Bredgade"],
  ["Oslo", "NO", "0154", "Karl Johans gate"],
  ["Utrecht", "NL", "3511", "Oudegracht"],
  ["Antwerp", "BE", "2000", "Meir"],
  ["Lille", "FR", "59000", "Rue Nationale"],
  ["Bilbao", "ES", "48001", "Gran Via"],
  ["Porto", "PT", "4050", "Rua das Flores"],
  ["Turin", "IT", "10121", "Via Roma"],
  ["Krakow", "PL", "31-042", "Florianska"],
  ["Tallinn", "EE", "10111", "Narva maantee"],
  ["Leeds", "GB", "LS1 6DT", "Briggate"],
  ["Bristol", "GB", "BS1 4DJ", "Corn Street"],
  ["Glasgow", "GB", "G1 3SL", "Buchanan Street"],
  ["Cork", "IE", "T12 XE10", "Patrick Street"],
];

export const contactTitles = [
  "Head of IT",
  "Purchasing manager",
  "Managing director",
  "Operations manager",
  "Finance director",
  "Warehouse manager",
  "Project lead",
  "Chief digital officer",
  "Office manager",
  "Quality manager",
] as const;

export const clientNotes = [
  "Prefers a call to an email; best before ten in the morning.",
  "Annual review each January, with the finance director.",
  "Invoices must carry their order number.",
  "Interested in the warehouse module once the portal is live.",
  "Reference client: agreed to a case study.",
  "Asked for on-site training in spring.",
  "",
] as const;

export interface ProductWords {
  readonly name: string;
  readonly type: "service" | "subscription" | "licence" | "hardware";
  readonly unit: "hour" | "day" | "month" | "piece" | "user";
  readonly price: number;
  readonly description: string;
}

const services = [
  "Architecture",
  "Data migration",
  "Security",
  "Integration",
  "Training",
  "Test automation",
  "Analytics",
  "Cloud operations",
  "Mobile",
  "Accessibility",
  "User research",
  "Performance",
] as const;
const plans = ["Portal", "Analytics", "Warehouse", "Field service", "Billing", "Archive", "Planning", "Fleet"] as const;
const addOns = [
  "Accounting",
  "Payroll",
  "Shipping label",
  "Electronic signature",
  "Map",
  "Translation",
  "Single sign-on",
  "Barcode",
  "Web shop",
  "Customs",
] as const;
const devices: readonly (readonly [string, number])[] = [
  ["Handheld scanner", 420],
  ["Label printer", 380],
  ["Dock terminal", 1290],
  ["Vehicle tablet", 760],
  ["Gateway router", 510],
  ["Temperature sensor kit", 240],
  ["Badge reader", 310],
  ["Rugged phone", 590],
];

/** The whole catalogue: 48 services, 32 subscriptions, 30 licences, 32 devices. */
export const products: readonly ProductWords[] = [
  ...services.flatMap((topic): ProductWords[] => [
    service(`${topic} consulting, senior`, "hour", 145, `Advice on ${topic.toLowerCase()} by a senior consultant.`),
    service(`${topic} workshop`, "day", 1450, `One day on site about ${topic.toLowerCase()}, up to twelve people.`),
    service(`${topic} health check`, "piece", 3900, `Two-week review of ${topic.toLowerCase()} with a written report.`),
    service(`${topic} project work`, "day", 980, `Implementation work on ${topic.toLowerCase()}.`),
  ]),
  ...plans.flatMap((plan, p) =>
    (["Basic", "Team", "Business", "Enterprise"] as const).map(
      (level, l): ProductWords => ({
        name: `${plan} ${level}`,
        type: "subscription",
        unit: l < 2 ? "user" : "month",
        price: l < 2 ? 9 + p + l * 8 : 290 * l + p * 40,
        description: `${plan} application, ${level.toLowerCase()} plan, billed per ${l < 2 ? "user and month" : "month"}.`,
      }),
    ),
  ),
  ...addOns.flatMap((addOn, a): ProductWords[] => [
    licence(`${addOn} connector`, 1200 + a * 150, `Connects the portal with one ${addOn.toLowerCase()} system.`),
    licence(`${addOn} connector, high volume`, 3400 + a * 200, `The same without a limit on transactions.`),
    licence(
      `${addOn} support extension`,
      480 + a * 30,
      `Support for the ${addOn.toLowerCase()} connector at night and on weekends.`,
    ),
  ]),
  ...devices.flatMap(([device, price]) =>
    (["S", "M", "L", "Pro"] as const).map(
      (size, s): ProductWords => ({
        name: `${device} ${size}`,
        type: "hardware",
        unit: "piece",
        price: Math.round(price * (1 + s * 0.35)),
        description: `${device}, model ${size}, with two years of warranty.`,
      }),
    ),
  ),
];

/** What a sale, its quote and its contract are about. */
export const undertakings = [
  "Customer portal",
  "Warehouse rollout",
  "Mobile app for drivers",
  "Data warehouse",
  "Fleet tracking",
  "Field service planning",
  "Web shop relaunch",
  "Archive migration",
  "Billing automation",
  "Sensor network",
  "Single sign-on",
  "Staff training programme",
  "Cloud move",
  "Route planning",
  "Supplier portal",
  "Reporting package",
] as const;

export const lostReasons = [
  "Price",
  "Chose a competitor",
  "Project was postponed",
  "No budget this year",
  "Built it themselves",
] as const;

function service(name: string, unit: "hour" | "day" | "piece", price: number, description: string): ProductWords {
  return { name, type: "service", unit, price, description };
}

function licence(name: string, price: number, description: string): ProductWords {
  return { name, type: "licence", unit: "piece", price, description };
}
