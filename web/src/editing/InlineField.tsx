import { Copy, LoaderCircle } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { type Column, type EntityCode, isLongText, type Row } from "../catalog/catalog.ts";
import { toInput } from "../catalog/column-input.ts";
import { Button } from "../components/Button.tsx";
import { useLiveHighlight } from "../components/use-live-highlight.ts";
import { humanize } from "../format/humanize.ts";
import { Editor } from "../value/Editor.tsx";
import { Value } from "../value/Value.tsx";
import { ConflictNotice } from "./ConflictNotice.tsx";
import { hasDraft } from "./inline-edit.ts";
import { useFrozen } from "./open-drafts.tsx";
import { SaveNote } from "./SaveNote.tsx";
import { useInlineEdit } from "./use-inline-edit.ts";

interface Props {
  entityCode: EntityCode;
  row: Row;
  column: Column;
  /** Whether the field is the page's heading, also while it is being edited. */
  heading?: boolean;
}

/**
 * A value that turns into an editor when pressed. Enter or leaving the editor saves, Escape cancels. In multi-line
 * texts Enter adds a line and Ctrl+Enter saves.
 */
export function InlineField({ entityCode, row, column, heading = false }: Props) {
  const edit = useInlineEdit(entityCode, row, column);
  const frozen = useFrozen();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const returnFocus = useRef(false);
  const errorId = useId();
  const { state } = edit;
  const name = humanize(column.name);
  useLiveHighlight(box, toInput(column, row[column.name]));

  // The focused editor disappears; without this, keyboard users would start again at the top of the page.
  useEffect(() => {
    if (!returnFocus.current || hasDraft(state)) return;
    returnFocus.current = false;
    button.current?.focus();
  }, [state]);

  const hiddenHeading = heading ? <h1 className="sr-only">{toInput(column, row[column.name])}</h1> : null;

  if (state.mode === "conflict" && !frozen) {
    return (
      <>
        {hiddenHeading}
        <ConflictNotice
          column={column}
          row={row}
          theirs={state.theirs}
          draft={state.draft}
          onTheirs={() => {
            returnFocus.current = true;
            edit.takeTheirs();
          }}
          onMine={() => {
            returnFocus.current = true;
            edit.keepMine();
          }}
        />
      </>
    );
  }

  if (hasDraft(state)) {
    const failure = state.mode === "editing" ? state.error : undefined;
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: only listens to keys and blur of the editor inside it
      <div
        onBlur={(event) => {
          // If the input is still the active element, the whole window lost the focus; a half-typed text must not be
          // saved.
          const left = document.activeElement !== event.target && !event.currentTarget.contains(event.relatedTarget);
          if (!frozen && left) edit.commit();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            returnFocus.current = true;
            edit.cancel();
          }
          if (event.key === "Enter" && (!isLongText(column) || event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            returnFocus.current = true;
            if (!frozen) edit.commit();
          }
        }}
      >
        {hiddenHeading}
        <div className="relative">
          <Editor
            column={column}
            text={state.draft}
            label={name}
            large={heading}
            autoFocus
            readOnly={frozen || state.mode === "saving"}
            invalid={failure !== undefined}
            describedBy={failure ? errorId : undefined}
            onText={edit.change}
            onChoose={(text) => {
              returnFocus.current = true;
              edit.commit(text);
            }}
          />
          {state.mode === "saving" ? (
            <span className="absolute top-2 right-2.5 text-ink-3">
              <LoaderCircle className="size-4 animate-spin" aria-hidden="true" />
              <span className="sr-only">Saving…</span>
            </span>
          ) : null}
        </div>
        {failure && !frozen ? (
          <p id={errorId} role="alert" className="mt-1 text-danger text-sm">
            {failure}
          </p>
        ) : null}
        {frozen ? (
          <Button size="sm" className="mt-1.5" onClick={() => void navigator.clipboard?.writeText(state.draft)}>
            <Copy className="size-3.5" aria-hidden="true" /> Copy my text
          </Button>
        ) : null}
      </div>
    );
  }

  const Frame = heading ? "h1" : "div";
  return (
    <div ref={box} className="relative -ml-2 rounded-md">
      <Frame className={heading ? "font-semibold text-xl tracking-tight" : ""}>
        <button
          ref={button}
          type="button"
          disabled={frozen}
          onClick={edit.start}
          className={`w-full rounded-md px-2 text-left transition-colors enabled:hover:bg-sunken ${heading ? "min-h-10 py-1" : "min-h-8 py-1"} ${isLongText(column) ? "whitespace-pre-wrap leading-relaxed" : ""}`}
        >
          <span className="sr-only">Edit {name.toLowerCase()}: </span>
          {isLongText(column) && !row[column.name] ? (
            <span className="text-ink-3">Add {name.toLowerCase()}</span>
          ) : (
            <Value entry={column} row={row} links={false} />
          )}
        </button>
      </Frame>
      {state.mode === "kept" || state.mode === "saved" ? (
        <SaveNote name={name} saved={state.mode === "saved"} onRest={edit.rest} />
      ) : null}
    </div>
  );
}
