import { readFileSync } from "node:fs";

type ProjectKind = "software" | "data" | "infrastructure" | "rollout" | "marketing" | "people" | "deal";
type ProductType = "service" | "subscription" | "licence" | "hardware";

interface AssetWords {
  /** The first third are models that every employee gets. */
  readonly assetModels: readonly {
    readonly type: "laptop" | "monitor" | "phone" | "vehicle" | "furniture" | "licence" | "network";
    readonly name: string;
    /** In whole units of the currency. */
    readonly price: number;
    /** Warranty, in months. */
    readonly months: number;
    readonly details: Readonly<Record<string, string | number>>;
  }[];
}

interface BuyingWords {
  /** Category, last word of the vendors' names, and the goods ordered from them (text, price). */
  readonly vendorCategories: readonly (readonly [string, string, readonly (readonly [string, number])[]])[];
  readonly vendorNames: readonly string[];
  /** Category, text (`%` stands for a city), lowest and highest amount. */
  readonly expenses: readonly (readonly [
    "travel" | "accommodation" | "meals" | "equipment" | "software" | "training" | "other",
    string,
    number,
    number,
  ])[];
  /** Titles of tickets; `%` stands for the product. */
  readonly ticketTitles: Readonly<Record<ProductType, readonly string[]>>;
  readonly ticketTexts: readonly string[];
}

/** The lengths of the two name lists are coprime, so that pairs of names repeat as late as possible. */
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
  /** Name, code, index of the parent department, job titles. The first is the top department. */
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
        /** The project is done for a client, whose name becomes part of the project's name. */
        readonly forClient?: boolean;
        readonly isPrivate?: boolean;
      }[]
    >
  >;
}

interface SalesWords {
  readonly clientNames: readonly string[];
  /** Industry, and last words of the companies' names. */
  readonly industries: readonly (readonly [string, readonly string[]])[];
  /** City, country, postal code, street. */
  readonly cities: readonly (readonly [string, string, string, string])[];
  readonly contactTitles: readonly string[];
  readonly clientNotes: readonly string[];
  /** All products: 48 services, 32 subscriptions, 30 licences and 32 devices. */
  readonly products: readonly {
    readonly name: string;
    readonly type: ProductType;
    readonly unit: "hour" | "day" | "month" | "piece" | "user";
    readonly price: number;
    readonly description: string;
  }[];
  /** Subjects of opportunities, quotes and contracts. */
  readonly undertakings: readonly string[];
  readonly lostReasons: readonly string[];
}

interface TaskWords {
  /** Tasks by kind of project: every action is combined with every subject; `%` stands for the subject. */
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

/** Reads a word list from `words/`. The files are part of the repository, so their shape is not validated. */
function readWords<Words>(theme: string): Words {
  return JSON.parse(readFileSync(new URL(`words/${theme}.json`, import.meta.url), "utf8")) as Words;
}

export const assetWords = readWords<AssetWords>("assets");
export const buyingWords = readWords<BuyingWords>("buying");
export const peopleWords = readWords<PeopleWords>("people");
export const projectWords = readWords<ProjectWords>("projects");
export const salesWords = readWords<SalesWords>("sales");
export const taskWords = readWords<TaskWords>("tasks");
