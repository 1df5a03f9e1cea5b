type AssetType = "laptop" | "monitor" | "phone" | "vehicle" | "furniture" | "licence" | "network";

/** Type, name, price in whole units, months of warranty, details; the first third are what everybody gets. */
export const assetModels: readonly {
  readonly type: AssetType;
  readonly name: string;
  readonly price: number;
  readonly months: number;
  readonly details: Readonly<Record<string, string | number>>;
}[] = [
  {
    type: "laptop",
    name: "Laptop 14-inch, 32 GB",
    price: 1649,
    months: 36,
    details: { memory: "32 GB", disk: "1 TB", screen: "14 in" },
  },
  {
    type: "laptop",
    name: "Laptop 16-inch, 64 GB",
    price: 2490,
    months: 36,
    details: { memory: "64 GB", disk: "2 TB", screen: "16 in" },
  },
  {
    type: "monitor",
    name: "Monitor 27-inch",
    price: 389,
    months: 36,
    details: { resolution: "2560 x 1440", ports: 4 },
  },
  {
    type: "monitor",
    name: "Monitor 34-inch, curved",
    price: 749,
    months: 36,
    details: { resolution: "3440 x 1440", ports: 6 },
  },
  { type: "phone", name: "Work phone", price: 699, months: 24, details: { storage: "128 GB", plan: "EU 30 GB" } },
  {
    type: "furniture",
    name: "Height-adjustable desk",
    price: 540,
    months: 60,
    details: { width: "160 cm", colour: "oak" },
  },
  { type: "furniture", name: "Office chair", price: 420, months: 60, details: { colour: "graphite" } },
  { type: "licence", name: "Design tool seat", price: 540, months: 12, details: { term: "1 year" } },
  { type: "licence", name: "Development environment seat", price: 259, months: 12, details: { term: "1 year" } },
  { type: "network", name: "Wireless access point", price: 310, months: 60, details: { standard: "Wi-Fi 7" } },
  { type: "network", name: "Switch, 48 ports", price: 1890, months: 60, details: { ports: 48, speed: "2.5 Gbit/s" } },
  { type: "vehicle", name: "Electric delivery van", price: 46900, months: 48, details: { range: "320 km", seats: 3 } },
  { type: "vehicle", name: "Pool car", price: 38500, months: 48, details: { range: "480 km", seats: 5 } },
];
