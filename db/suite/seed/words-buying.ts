/** Word lists for vendors, orders, expenses and tickets. */

/** Category, how its vendors are called, and what is ordered from them (text, price). */
export const vendorCategories: readonly (readonly [string, string, readonly (readonly [string, number])[]])[] = [
  [
    "Hardware",
    "Computers",
    [
      ["Laptop 14-inch, 32 GB", 1649],
      ["Monitor 27-inch", 389],
      ["Docking station", 229],
      ["Headset", 119],
    ],
  ],
  [
    "Office supplies",
    "Office Supplies",
    [
      ["Copy paper, 2 500 sheets", 24.9],
      ["Whiteboard markers, box", 18.5],
      ["Toner, black", 96],
      ["Notebooks, pack of 10", 34],
    ],
  ],
  [
    "Cloud and hosting",
    "Hosting",
    [
      ["Virtual server, yearly", 1188],
      ["Object storage, 10 TB", 2100],
      ["Domain renewal", 19],
      ["Load balancer, yearly", 640],
    ],
  ],
  [
    "Furniture",
    "Interiors",
    [
      ["Height-adjustable desk", 540],
      ["Office chair", 420],
      ["Meeting table for eight", 1350],
      ["Acoustic panel", 210],
    ],
  ],
  [
    "Travel",
    "Travel",
    [
      ["Rail pass, second class, yearly", 4339],
      ["Hotel contingent, 20 nights", 2180],
      ["Group booking, conference", 3600],
    ],
  ],
  [
    "Cleaning",
    "Facility Services",
    [
      ["Office cleaning, monthly", 1480],
      ["Window cleaning", 390],
      ["Carpet cleaning", 520],
    ],
  ],
  [
    "Catering",
    "Catering",
    [
      ["Coffee beans, 10 kg", 189],
      ["Fruit basket, weekly", 45],
      ["Lunch buffet, 30 people", 690],
    ],
  ],
  [
    "Printing",
    "Print House",
    [
      ["Brochures, 5 000 copies", 1240],
      ["Business cards, 500", 69],
      ["Roll-up banner", 145],
    ],
  ],
  [
    "Electrical",
    "Electric",
    [
      ["Network cabling, per port", 95],
      ["Power distribution unit", 420],
      ["Emergency lighting test", 310],
    ],
  ],
  [
    "Training",
    "Training",
    [
      ["Course: first aid", 95],
      ["Course: project management", 1190],
      ["Language course, 20 lessons", 860],
    ],
  ],
];

export const vendorNames = [
  "Alpine",
  "Baltic",
  "Crown",
  "Delta",
  "Eagle",
  "Fjord",
  "Garnet",
  "Horizon",
  "Islet",
  "Jade",
  "Keystone",
  "Lighthouse",
  "Monarch",
  "Nova",
  "Olive",
  "Pioneer",
  "Quartz",
  "River",
  "Summit",
  "Tower",
] as const;

type ExpenseCategory = "travel" | "accommodation" | "meals" | "equipment" | "software" | "training" | "other";

/** Category, text (`%` is a city), lowest and highest amount. */
export const expenses: readonly (readonly [ExpenseCategory, string, number, number])[] = [
  ["travel", "Train to %", 39, 240],
  ["travel", "Flight to %", 120, 480],
  ["travel", "Taxi in %", 12, 58],
  ["travel", "Parking in %", 6, 42],
  ["accommodation", "Hotel in %, one night", 89, 190],
  ["accommodation", "Hotel in %, two nights", 178, 380],
  ["meals", "Dinner with the client in %", 48, 260],
  ["meals", "Team lunch in %", 40, 190],
  ["equipment", "Keyboard and mouse", 49, 160],
  ["equipment", "Adapter for the projector", 15, 45],
  ["software", "Diagram tool, monthly plan", 9, 29],
  ["training", "Conference ticket, %", 290, 990],
  ["training", "Technical book", 29, 79],
  ["other", "Postage for contracts", 5, 24],
  ["other", "Flowers for the reception", 25, 60],
];

type ProductType = "service" | "subscription" | "licence" | "hardware";

/** What clients report; `%` is the product. */
export const ticketTitles: Readonly<Record<ProductType, readonly string[]>> = {
  hardware: [
    "% does not start after the update",
    "% loses the wireless connection",
    "Battery of the % lasts only two hours",
    "Screen of the % is cracked",
    "% prints empty labels",
    "Replacement for a lost %",
    "% is not found by the installer",
  ],
  subscription: [
    "Cannot sign in to %",
    "% is slow on Monday mornings",
    "Add ten users to %",
    "Export from % lacks the last column",
    "Wrong time zone in %",
    "Question on the invoice for %",
    "Please upgrade our % plan",
    "% shows an old logo",
  ],
  licence: [
    "% stopped after a change of our password",
    "% sends every order twice",
    "Which versions does the % support?",
    "Licence key for the % is rejected",
    "% runs into a time-out",
  ],
  service: ["Change the date of our %", "Material of the %, please", "Who comes to us for the %?", "Feedback on the %"],
};

export const ticketTexts = [
  "It worked until last Friday. Nothing was changed on our side.",
  "Three colleagues see the same. A picture is attached.",
  "Not urgent, but please tell us when you can look at it.",
  "This blocks our morning shift, please call back.",
  "We tried the steps of the manual, without success.",
] as const;
