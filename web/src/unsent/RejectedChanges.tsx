import type { AttentionItem } from "@heliograph/client";
import { useState } from "react";
import type { EntityCode } from "../catalog/catalog.ts";
import { fromInput, toInput } from "../catalog/column-input.ts";
import { Button } from "../components/Button.tsx";
import { humanize } from "../format/humanize.ts";
import { Editor } from "../value/Editor.tsx";
import { changedColumns } from "./change-text.ts";

interface Props {
  entityCode: EntityCode;
  item: AttentionItem;
  /** Label of the button that sends the changes. */
  send: string;
  onSend: (changes: Readonly<Record<string, unknown>>) => void;
  onDiscard: () => void;
}

/** A rejected change with editable values, to send again or discard. */
export function RejectedChanges({ entityCode, item, send, onSend, onDiscard }: Props) {
  const changes = changedColumns(entityCode, item.changes);
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});

  function submit(): void {
    const values: Record<string, unknown> = {};
    const wrong: Record<string, string> = {};
    for (const { column } of changes) {
      const text = texts[column.name];
      // Edited values only: the text of an input can be less precise than the value that was written.
      if (text === undefined) continue;
      const parsed = fromInput(column, text);
      if (parsed.ok) values[column.name] = parsed.value;
      else wrong[column.name] = parsed.message;
    }
    setProblems(wrong);
    if (Object.keys(wrong).length === 0) onSend(values);
  }

  return (
    <div>
      <div className="grid gap-3 sm:grid-cols-2">
        {changes.map(({ column, value }) => (
          <div key={column.name} className="grid min-w-0 content-start gap-1 text-sm">
            <span aria-hidden="true" className="font-medium">
              {humanize(column.name)}
            </span>
            <Editor
              column={column}
              text={texts[column.name] ?? toInput(column, value)}
              label={humanize(column.name)}
              onText={(text) => setTexts((before) => ({ ...before, [column.name]: text }))}
              invalid={problems[column.name] !== undefined}
            />
            {problems[column.name] ? (
              <span role="alert" className="text-danger">
                {problems[column.name]}
              </span>
            ) : null}
          </div>
        ))}
      </div>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button variant="solid" onClick={submit}>
          {send}
        </Button>
        <Button onClick={onDiscard}>Discard</Button>
      </div>
    </div>
  );
}
