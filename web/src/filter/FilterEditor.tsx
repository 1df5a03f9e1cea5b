import { useId, useState } from "react";
import { humanize } from "../format/humanize.ts";
import { ReferencePicker } from "../value/ReferencePicker.tsx";
import { type ColumnFilter, parseRange, rangeParameter } from "./list-filter.ts";

interface Props {
  filter: ColumnFilter;
  onChange: (text: string) => void;
}

function Choices({ filter, onChange }: Props) {
  const chosen = new Set(filter.text.split(",").filter(Boolean));
  const values = filter.column.enumValues ?? [];
  const toggle = (value: string) => {
    // In the order of the enum, so that the same selection always yields the same URL.
    const next = values.filter((other) => (other === value ? !chosen.has(value) : chosen.has(other)));
    onChange(next.join(","));
  };
  return (
    <div className="grid gap-0.5">
      {values.map((value) => (
        <label key={value} className="flex h-8 items-center gap-2.5 rounded-md px-2 hover:bg-sunken">
          <input
            type="checkbox"
            className="size-4 accent-solid"
            checked={chosen.has(value)}
            onChange={() => toggle(value)}
          />
          {humanize(value)}
        </label>
      ))}
    </div>
  );
}

function YesOrNo({ filter, onChange }: Props) {
  const name = useId();
  return (
    <div className="grid gap-0.5">
      {["true", "false"].map((value) => (
        <label key={value} className="flex h-8 items-center gap-2.5 rounded-md px-2 hover:bg-sunken">
          <input
            type="radio"
            name={name}
            className="size-4 accent-solid"
            checked={filter.text === value}
            onChange={() => onChange(value)}
          />
          {value === "true" ? "Yes" : "No"}
        </label>
      ))}
    </div>
  );
}

function RangeInputs({ filter, onChange }: Props) {
  const { from, to } = parseRange(filter.text);
  const days = filter.kind === "days";
  const field = (label: string, value: string, text: (end: string) => string) => (
    <label className="grid gap-1 text-ink-2 text-sm">
      {label}
      <input
        type={days ? "date" : "number"}
        step="any"
        className="control"
        value={value}
        onChange={(event) => onChange(text(event.target.value))}
      />
    </label>
  );
  return (
    <div className="grid grid-cols-2 gap-2">
      {field(days ? "From" : "At least", from, (end) => rangeParameter(end, to))}
      {field(days ? "To" : "At most", to, (end) => rangeParameter(from, end))}
    </div>
  );
}

/** Edits the filter of one column. Each change takes effect immediately. */
export function FilterEditor({ filter: given, onChange: report }: Props) {
  // The URL changes a moment later, in a transition; a checkbox that waited for it would flip back under the pointer.
  const [text, setText] = useState(given.text);
  const filter = { ...given, text };
  const onChange = (next: string) => {
    setText(next);
    report(next);
  };
  switch (filter.kind) {
    case "choice":
      return <Choices filter={filter} onChange={onChange} />;
    case "boolean":
      return <YesOrNo filter={filter} onChange={onChange} />;
    case "reference":
      return (
        <ReferencePicker
          column={filter.column}
          value={filter.text === "none" ? "" : filter.text}
          onChoose={(id) => onChange(id || "none")}
          takeFocus
          aria-label={humanize(filter.column.name)}
        />
      );
    default:
      return <RangeInputs filter={filter} onChange={onChange} />;
  }
}
