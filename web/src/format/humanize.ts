const whole: Readonly<Record<string, string>> = {
  id: "Id",
  is_private: "Private",
  created_ts: "Created",
  updated_ts: "Updated",
  vat_number: "VAT number",
  video_url: "Video link",
  nda: "NDA",
  todo: "To do",
  start_on: "Starts",
  end_on: "Ends",
  due_on: "Due",
  due_ts: "Due",
  progress_percent: "Progress",
  estimated_hours: "Estimate (h)",
  parent_task_id: "Part of",
};

const dropped = /^(is|has)_|_(id|ids|on|ts)$/g;

/** `account_manager_id` -> `Account manager`, `in_progress` -> `In progress`. */
export function humanize(name: string): string {
  const known = whole[name];
  if (known) return known;
  const words = name.replace(dropped, "").replaceAll("_", " ").trim() || name;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const irregular: Readonly<Record<string, string>> = { person: "People", employee: "Employees" };

/** The heading of a list: `Purchase order` -> `Purchase orders`, `Opportunity` -> `Opportunities`. */
export function pluralLabel(entityCode: string, label: string): string {
  const known = irregular[entityCode];
  if (known) return known;
  if (/[^aeiou]y$/.test(label)) return `${label.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(label) ? `${label}es` : `${label}s`;
}

/** Up to two letters for a person's mark: `Ada Maria Lovelace` -> `AL`. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const first = words[0]?.charAt(0) ?? "?";
  const last = words.length > 1 ? (words.at(-1)?.charAt(0) ?? "") : "";
  return (first + last).toUpperCase();
}
