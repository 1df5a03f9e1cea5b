import { initials } from "../format/humanize.ts";

const hues = [
  "bg-blue-bg text-blue-fg",
  "bg-green-bg text-green-fg",
  "bg-amber-bg text-amber-fg",
  "bg-violet-bg text-violet-fg",
  "bg-red-bg text-red-fg",
  "bg-gray-bg text-gray-fg",
];

function hueOf(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  return hues[sum % hues.length] ?? "";
}

/** A person's initials. Hidden from screen readers, because it always stands next to the name. */
export function Avatar({ name, size = "sm" }: { name: string; size?: "sm" | "md" }) {
  const measure = size === "sm" ? "size-5 text-[0.625rem]" : "size-8 text-xs";
  return (
    <span
      aria-hidden="true"
      className={`inline-flex shrink-0 select-none items-center justify-center rounded-full font-semibold ${measure} ${hueOf(name)}`}
    >
      {initials(name)}
    </span>
  );
}
