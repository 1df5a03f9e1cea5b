export type Tone = "gray" | "blue" | "green" | "amber" | "red" | "violet";

const tones: Readonly<Record<Tone, readonly string[]>> = {
  gray: "backlog planned draft archived former retired closed cancelled void left low in_stock waiting".split(" "),
  blue: "todo active open scheduled sent submitted in_use new ordered discovery proposal medium pending".split(" "),
  violet: "in_review in_negotiation negotiation qualification lead prospective trial requested".split(" "),
  amber: "in_progress on_hold paused partially_paid on_leave in_repair high expired refunded suspended".split(" "),
  green: "done completed paid approved accepted signed won reached resolved cleared received held reimbursed".split(
    " ",
  ),
  red: "overdue urgent blocked rejected declined lost failed missed terminated critical".split(" "),
};

const byValue = new Map(
  Object.entries(tones).flatMap(([tone, values]) => values.map((value) => [value, tone as Tone])),
);

/**
 * Whether values of the column are coloured. Only states are: colouring every category would make colour meaningless.
 */
export function hasTone(columnName: string): boolean {
  return /(^|_)(status|stage|state|health|severity|plan)$/.test(columnName);
}

export function toneOf(value: string): Tone {
  return byValue.get(value) ?? "gray";
}
