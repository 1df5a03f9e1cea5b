import {
  Boxes,
  Building2,
  CalendarClock,
  CheckSquare,
  Clock3,
  Contact,
  CreditCard,
  FileSignature,
  FileText,
  Flag,
  FolderKanban,
  Handshake,
  Landmark,
  Laptop,
  LifeBuoy,
  ListOrdered,
  type LucideIcon,
  MapPin,
  MessageSquare,
  Network,
  Package,
  Quote,
  Receipt,
  ReceiptText,
  ShoppingCart,
  Target,
  Truck,
  UserRound,
  Users,
  UsersRound,
} from "lucide-react";
import { pluralLabel } from "../format/humanize.ts";
import { type EntityCode, entityCodes, entityInfo } from "./catalog.ts";

interface NavigationArea {
  readonly name: string;
  readonly codes: readonly EntityCode[];
}

const areas: readonly { name: string; codes: readonly string[] }[] = [
  {
    name: "Work",
    codes: ["project", "task", "milestone", "document", "meeting", "time_entry", "ticket", "task_comment"],
  },
  { name: "Sales", codes: ["client", "contact", "opportunity", "quote", "contract", "product"] },
  { name: "Finance", codes: ["invoice", "invoice_line", "payment", "expense"] },
  { name: "Purchasing", codes: ["vendor", "purchase_order", "purchase_order_line", "asset"] },
  { name: "People", codes: ["employee", "person", "team", "team_member", "department", "office", "organization"] },
];

const icons: Readonly<Record<string, LucideIcon>> = {
  project: FolderKanban,
  task: CheckSquare,
  milestone: Flag,
  document: FileText,
  meeting: CalendarClock,
  time_entry: Clock3,
  ticket: LifeBuoy,
  task_comment: MessageSquare,
  client: Handshake,
  contact: Contact,
  opportunity: Target,
  quote: Quote,
  contract: FileSignature,
  product: Package,
  invoice: ReceiptText,
  invoice_line: ListOrdered,
  payment: CreditCard,
  expense: Receipt,
  vendor: Truck,
  purchase_order: ShoppingCart,
  purchase_order_line: ListOrdered,
  asset: Laptop,
  employee: UserRound,
  person: UserRound,
  team: UsersRound,
  team_member: Users,
  department: Network,
  office: MapPin,
  organization: Building2,
  account: Landmark,
};

export function entityIcon(entityCode: EntityCode): LucideIcon {
  return icons[entityCode] ?? Boxes;
}

export function entityPlural(entityCode: EntityCode): string {
  return pluralLabel(entityCode, entityInfo(entityCode).label);
}

function arrange(): readonly NavigationArea[] {
  const known = new Set(areas.flatMap((area) => area.codes));
  const rest = entityCodes.filter((entityCode) => !known.has(entityCode));
  return [...areas, { name: "More", codes: rest }]
    .map((area) => ({ name: area.name, codes: entityCodes.filter((entityCode) => area.codes.includes(entityCode)) }))
    .map((area, index) => ({ ...area, codes: inOrder(area.codes, areas[index]?.codes ?? rest) }))
    .filter((area) => area.codes.length > 0);
}

function inOrder(codes: readonly EntityCode[], order: readonly string[]): readonly EntityCode[] {
  return codes.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
}

/** Every entity type once, grouped by area. Types that no area lists appear under "More". */
export const navigation = arrange();
