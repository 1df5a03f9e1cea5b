import { useEntityList } from "@heliograph/client/react";
import { useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { type Column, type EntityCode, isEntityCode, labelColumn, type Row, rowLabel } from "../catalog/catalog.ts";
import { ReferenceText } from "./ReferenceLabel.tsx";

interface Props {
  column: Column;
  value: string;
  onChoose: (id: string) => void;
  takeFocus: boolean;
  id?: string | undefined;
  "aria-label"?: string | undefined;
  "aria-describedby"?: string | undefined;
}

interface Choice {
  readonly id: string;
  readonly label: string;
}

interface Choices {
  readonly choices: readonly Choice[];
  /** Text shown if there are no choices. */
  readonly emptyText: string;
}

function useChoices(entityCode: EntityCode, q: string, nullable: boolean): Choices {
  const { items, status } = useEntityList(entityCode, { q, limit: 20, sort: labelColumn(entityCode)?.name ?? "id" });
  const rows = (items as unknown as readonly Row[]).map((row) => ({ id: row.$id, label: rowLabel(entityCode, row) }));
  const choices = nullable && q === "" ? [{ id: "", label: "None" }, ...rows] : rows;
  // "Nothing found" must come from the server; until it answers, an empty list means nothing.
  const emptyText = { loading: "Searching…", error: "Search failed. Try again.", ready: "Nothing found" }[status];
  return { choices, emptyText };
}

function Picker({ entityCode, column, value, onChoose, takeFocus, ...named }: Props & { entityCode: EntityCode }) {
  const [open, setOpen] = useState(takeFocus);
  const [text, setText] = useState("");
  const [active, setActive] = useState<number>();
  const typed = text.trim();
  const query = useDeferredValue(typed);
  const { choices, emptyText } = useChoices(entityCode, query, !column.notNull);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takeFocus) input.current?.focus();
  }, [takeFocus]);
  const first = () => {
    // Start at the current value, so that Enter right after opening changes nothing.
    if (text === "") return choices.findIndex(({ id }) => id === value);
    // The choices are still those of an older text: Enter must not pick one that does not match.
    if (query !== typed) return choices.findIndex(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
    return 0;
  };
  const at = Math.min(active ?? first(), choices.length - 1);
  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    setOpen(false);
    setText("");
    onChoose(choice.id);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const next = event.key === "ArrowDown" ? at + 1 : Math.max(at, 0) - 1;
      setActive(open ? (next + choices.length) % Math.max(1, choices.length) : Math.max(at, 0));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      event.stopPropagation();
      choose(choices[at]);
    } else if (event.key === "Escape" && open && !takeFocus) {
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <div className="relative">
      <input
        {...named}
        ref={input}
        role="combobox"
        aria-expanded={open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && choices[at] ? `${list}-${at}` : undefined}
        autoComplete="off"
        placeholder={value ? "" : "Search…"}
        value={text}
        className="control"
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          setText(event.target.value);
          setActive(undefined);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
      />
      {value && text === "" ? (
        <span className="pointer-events-none absolute inset-y-0 right-2.5 left-2.5 flex items-center">
          <ReferenceText entityCode={entityCode} id={value} />
        </span>
      ) : null}
      <div
        id={list}
        role="listbox"
        aria-label="Choices"
        hidden={!open}
        className="absolute inset-x-0 top-full z-30 mt-1 max-h-64 overflow-auto rounded-lg border border-line bg-surface p-1 shadow-pop"
      >
        {choices.map((choice, index) => (
          <div
            key={choice.id}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={choice.id === value}
            // Not onClick: pressing would first blur the input, which closes the list under the pointer.
            onPointerDown={(event) => {
              event.preventDefault();
              choose(choice);
            }}
            className={`truncate rounded px-2 py-1.5 ${index === at ? "bg-sunken" : ""} ${choice.id === "" ? "text-ink-3" : ""}`}
          >
            {choice.label}
          </div>
        ))}
        {choices.length === 0 ? <p className="px-2 py-1.5 text-ink-3">{emptyText}</p> : null}
      </div>
    </div>
  );
}

/** Picks a row of another type by typing part of its label. Follows the ARIA combobox pattern with a listbox. */
export function ReferencePicker(props: Props) {
  const entityCode = props.column.references;
  return isEntityCode(entityCode) ? <Picker {...props} entityCode={entityCode} /> : null;
}
