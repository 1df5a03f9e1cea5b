import type { AttentionItem, ConflictChoice } from "@heliograph/client";
import { useId, useState } from "react";
import { type Column, column, type EntityCode, type Row } from "../catalog/catalog.ts";
import { fromInput, toInput } from "../catalog/column-input.ts";
import { Button } from "../components/Button.tsx";
import { humanize } from "../format/humanize.ts";
import { Editor } from "../value/Editor.tsx";
import { Value } from "../value/Value.tsx";

interface Props {
  entityCode: EntityCode;
  item: AttentionItem;
  onResolve: (choices: Readonly<Record<string, ConflictChoice>>) => void;
}

type Picks = Readonly<Record<string, "mine" | "theirs" | "other">>;

function Side({ entry, row, title }: { entry: Column; row: Row; title: string }) {
  return (
    <span className="min-w-0">
      <span className="block text-ink-3 text-xs">{title}</span>
      <span className="block max-h-32 overflow-auto whitespace-pre-wrap break-words">
        <Value entry={entry} row={row} links={false} />
      </span>
    </span>
  );
}

/** Resolves a conflict field by field: the user's value, the other one, or a new one. Nothing is sent before "Save". */
export function ConflictChoices({ entityCode, item, onResolve }: Props) {
  const name = useId();
  const columns = item.columns.map((each) => column(entityCode, each)).filter((entry) => entry !== undefined);
  const [picks, setPicks] = useState<Picks>(() => Object.fromEntries(columns.map((entry) => [entry.name, "mine"])));
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const mine = item.mine as Row;
  const theirs = (item.theirs ?? { $id: item.entityId, $version: 0 }) as Row;
  const pickAll = (pick: "mine" | "theirs") => setPicks(Object.fromEntries(columns.map((entry) => [entry.name, pick])));

  function save(): void {
    const choices: Record<string, ConflictChoice> = {};
    const wrong: Record<string, string> = {};
    for (const entry of columns) {
      const pick = picks[entry.name] ?? "mine";
      if (pick !== "other") choices[entry.name] = pick;
      else {
        const parsed = fromInput(entry, texts[entry.name] ?? toInput(entry, mine[entry.name]));
        if (parsed.ok) choices[entry.name] = { value: parsed.value };
        else wrong[entry.name] = parsed.message;
      }
    }
    setProblems(wrong);
    if (Object.keys(wrong).length === 0) onResolve(choices);
  }

  const option = (entry: Column, pick: "mine" | "theirs" | "other", row: Row | null, title: string) => (
    <label
      className={`flex min-w-0 items-start gap-2.5 rounded-md border p-2.5 ${picks[entry.name] === pick ? "border-focus bg-surface" : "border-line bg-surface/60"}`}
    >
      <input
        type="radio"
        name={`${name}-${entry.name}`}
        className="mt-1 size-4 shrink-0 accent-solid"
        checked={picks[entry.name] === pick}
        onChange={() => setPicks((before) => ({ ...before, [entry.name]: pick }))}
      />
      {row ? <Side entry={entry} row={row} title={title} /> : <span className="text-ink-2">{title}</span>}
    </label>
  );

  return (
    <div>
      {columns.length > 1 ? (
        <div className="mb-3 flex gap-2">
          <Button size="sm" onClick={() => pickAll("mine")}>
            Keep all mine
          </Button>
          <Button size="sm" onClick={() => pickAll("theirs")}>
            Use all theirs
          </Button>
        </div>
      ) : null}
      {columns.map((entry) => (
        <fieldset key={entry.name} className="mb-3 min-w-0">
          <legend className="mb-1.5 font-medium text-sm">{humanize(entry.name)}</legend>
          <div className="grid gap-2 sm:grid-cols-2">
            {option(entry, "mine", mine, "Mine")}
            {option(entry, "theirs", theirs, "Theirs")}
          </div>
          <div className="mt-2">{option(entry, "other", null, "Another value")}</div>
          {picks[entry.name] === "other" ? (
            <div className="mt-2">
              <Editor
                column={entry}
                text={texts[entry.name] ?? toInput(entry, mine[entry.name])}
                label={`Another value for ${humanize(entry.name).toLowerCase()}`}
                onText={(text) => setTexts((before) => ({ ...before, [entry.name]: text }))}
                invalid={problems[entry.name] !== undefined}
              />
              {problems[entry.name] ? (
                <p role="alert" className="mt-1 text-danger text-sm">
                  {problems[entry.name]}
                </p>
              ) : null}
            </div>
          ) : null}
        </fieldset>
      ))}
      <Button variant="solid" onClick={save}>
        Save
      </Button>
    </div>
  );
}
