import { readFileSync } from "node:fs";

export type ProjectKind = "software" | "data" | "infrastructure" | "rollout" | "marketing" | "people" | "deal";
type ProductType = "service" | "subscription" | "licence" | "hardware";

interface AssetWords {
  /** The first third are what every employee gets. */
  readonly assetModels: readonly {
    readonly type: "laptop" | "monitor" | "phone" | "vehicle" | "furniture" | "licence" | "network";
    readonly name: string;
    /** In whole units of the currency. */
    readonly price: number;
    /** Of warranty. */
    readonly months: number;
    readonly details: Readonly<Record<string, string | number>>;
  }[];
}

interface BuyingWords {
  /** Category, last word of its vendors' names, and what is ordered from them (text, price). */
  readonly vendorCategories: readonly (readonly [string, string, readonly (readonly [string, number])[]])[];
  readonly vendorNames: readonly string[];
  /** Category, text (`%` is a city), lowest and highest amount. */
  readonly expenses: readonly (readonly [
    "travel" | "accommodation" | "meals" | "equipment" | "software" | "training" | "other",
    string,
    number,
    number,
  ])[];
  /** What clients report; `%` is the product. */
  readonly ticketTitles: Readonly<Record<ProductType, readonly string[]>>;
  readonly ticketTexts: readonly string[];
}

/** The lengths of the two name lists are coprime, so pairs repeat late. */
interface PeopleWords {
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
  /** By organization. */
  readonly offices: Readonly<
    Record<
      string,
      readonly (readonly [
        name: string,
        street: string,
        postalCode: string,
        city: string,
        country: string,
        phone: string,
        timezone: string,
        capacity: number,
        status: "planned" | "open" | "closed",
      ])[]
    >
  >;
  /** Name, code, index of the unit above, job titles. The first is the top. */
  readonly departments: readonly (readonly [string, string, number | null, readonly string[]])[];
  readonly departmentPurpose: Readonly<Record<string, string>>;
  /** Name, department code, mission. */
  readonly teams: readonly (readonly [string, string, string])[];
  readonly teamRoles: readonly string[];
}

interface ProjectWords {
  /** By organization. */
  readonly projects: Readonly<
    Record<
      string,
      readonly {
        readonly name: string;
        readonly code: string;
        readonly kind: ProjectKind;
        readonly description: string;
        /** Done for a client, whose name is then part of the project's name. */
        readonly forClient?: boolean;
        readonly isPrivate?: boolean;
      }[]
    >
  >;
}

interface SalesWords {
  readonly clientNames: readonly string[];
  /** Industry, and last words of its companies' names. */
  readonly industries: readonly (readonly [string, readonly string[]])[];
  /** City, country, postal code, street. */
  readonly cities: readonly (readonly [string, string, string, string])[];
  readonly contactTitles: readonly string[];
  readonly clientNotes: readonly string[];
  /** The whole catalogue: 48 services, 32 subscriptions, 30 licences, 32 devices. */
  readonly products: readonly {
    readonly name: string;
    readonly type: ProductType;
    readonly unit: "hour" | "day" | "month" | "piece" | "user";
    readonly price: number;
    readonly description: string;
  }[];
  /** What a sale, its quote and its contract are about. */
  readonly undertakings: readonly string[];
  readonly lostReasons: readonly string[];
}

interface TaskWords {
  /** Tasks of a kind: every action with every subject; `%` stands for the subject. */
  readonly work: Readonly<
    Record<ProjectKind, { readonly actions: readonly string[]; readonly subjects: readonly string[] }>
  >;
  readonly milestoneNames: readonly string[];
  readonly taskNotes: readonly string[];
  readonly comments: readonly string[];
  readonly internalComments: readonly string[];
  readonly activities: readonly string[];
  readonly documentTitles: Readonly<
    Record<"specification" | "report" | "proposal" | "policy" | "minutes" | "design" | "manual", readonly string[]>
  >;
  readonly meetingTitles: readonly string[];
  readonly companyMeetings: readonly string[];
  readonly rooms: readonly string[];
}

/** The word lists in `words/`, by theme. The files are part of the repository, so their shape is not checked again. */
function readWords<Words>(theme: string): Words {
  return JSON.parse(readFileSync(new URL(`words/${theme}.json`, import.meta.url), "utf8")) as Words;
}

export const assetWords = readWords<AssetWords>("assets");
export const buyingWords = readWords<BuyingWords>("buying");
export const peopleWords = readWords<PeopleWords>("people");
export const projectWords = readWords<ProjectWords>("projects");
export const salesWords = readWords<SalesWords>("sales");
export const taskWords = readWords<TaskWords>("tasks");
