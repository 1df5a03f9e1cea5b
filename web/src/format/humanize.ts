/** Names that the rule below would render badly. */
const exceptions: Readonly<Record<string, string>> = {
  id: "Id",
  is_private: "Private",
  created_ts: "Created",
  updated_ts: "Updated",
  vat_number: "VAT number",
  video_url: "Video link",
  nda: "NDA",
  admin: "Administrator",
  todo: "To do",
  start_on: "Starts",
  end_on: "Ends",
  due_on: "Due",
  due_ts: "Due",
  progress_percent: "Progress",
  estimated_hours: "Estimate (h)",
  payment_terms_days: "Payment terms (days)",
};

const dropped = /^(is|has)_|_(id|ids|on|ts)$/g;

/**
 * Turns a column name or enum value into text: `account_manager_id` -> `Account manager`,
 * `in_progress` -> `In progress`.
 */
export function humanize(name: string): string {
  const known = exceptions[name];
  if (known) return known;
  const text = name.replace(dropped, "").replaceAll("_", " ").trim() || name;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const irregular: Readonly<Record<string, string>> = { person: "People", employee: "Employees" };

/** The plural of a type's label: `Purchase order` -> `Purchase orders`, `Opportunity` -> `Opportunities`. */
export function pluralLabel(entityCode: string, label: string): string {
  const known = irregular[entityCode];
  if (known) return known;
  if (/[^aeiou]y$/.test(label)) return `${label.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(label) ? `${label}es` : `${label}s`;
}

/** Up to two letters for an avatar: `Ada Maria Lovelace` -> `AL`. */
export function initials(name: string): string {
  const names = name.split(/\s+/).filter(Boolean);
  const first = names[0]?.charAt(0) ?? "?";
  const last = names.length > 1 ? (names.at(-1)?.charAt(0) ?? "") : "";
  return (first + last).toUpperCase();
}
