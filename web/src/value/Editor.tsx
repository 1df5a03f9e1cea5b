import { type Column, isLongText, isRequired } from "../catalog/catalog.ts";
import { humanize } from "../format/humanize.ts";
import { ReferenceText } from "./ReferenceLabel.tsx";
import { ReferencePicker } from "./ReferencePicker.tsx";

interface Props {
  column: Column;
  text: string;
  onText: (text: string) => void;
  /** Called with the chosen text by inputs where choosing completes the edit, such as a select. */
  onChoose?: (text: string) => void;
  id?: string;
  label?: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  readOnly?: boolean;
  autoFocus?: boolean;
  large?: boolean;
  /** Adds an empty option, as in forms for new rows, where columns with a default may stay empty. */
  optional?: boolean;
}

const inputTypes: Readonly<Record<string, string>> = { date: "date", timestamptz: "datetime-local" };

function textType(column: Column): string {
  if (/email$/.test(column.name)) return "email";
  if (/phone$/.test(column.name)) return "tel";
  return inputTypes[column.baseType] ?? "text";
}

/** Ref callback that focuses a new editor once, if the user opened it. */
function focusWhen(wanted: boolean | undefined) {
  return (element: HTMLElement | null) => {
    if (!wanted || !element || element.dataset["focused"]) return;
    element.dataset["focused"] = "yes";
    element.focus();
    if (element instanceof HTMLInputElement && element.type === "text") element.select();
  };
}

/** The input element for a column. Its value is text; `fromInput` parses it. */
export function Editor(props: Props) {
  const { column, text, onText, onChoose, id, label, describedBy, invalid, readOnly, autoFocus, large, optional } =
    props;
  const common = {
    id,
    "aria-label": label,
    "aria-describedby": describedBy,
    "aria-invalid": invalid || undefined,
    "aria-required": isRequired(column) || undefined,
  };
  const choose = (value: string) => {
    onText(value);
    onChoose?.(value);
  };
  if (column.references && readOnly) {
    return (
      <div className="control flex items-center bg-sunken">
        {text ? <ReferenceText entityCode={column.references} id={text} /> : "None"}
      </div>
    );
  }
  if (column.references) {
    return (
      <ReferencePicker {...common} column={column} value={text} onChoose={choose} takeFocus={autoFocus === true} />
    );
  }
  if (column.enumValues || column.baseType === "boolean") {
    const options = column.enumValues ?? ["true", "false"];
    const optionText = column.enumValues ? humanize : (value: string) => (value === "true" ? "Yes" : "No");
    return (
      <select
        {...common}
        ref={focusWhen(autoFocus)}
        disabled={readOnly}
        value={text}
        onChange={(event) => choose(event.target.value)}
        className="control select-control"
      >
        {text === "" || optional || !column.notNull ? (
          <option value="">{optional && column.hasDefault ? "Default" : "–"}</option>
        ) : null}
        {options.map((value) => (
          <option key={value} value={value}>
            {optionText(value)}
          </option>
        ))}
      </select>
    );
  }
  if (isLongText(column)) {
    return (
      <textarea
        {...common}
        ref={focusWhen(autoFocus)}
        readOnly={readOnly}
        rows={4}
        value={text}
        onChange={(event) => onText(event.target.value)}
        className="control field-sizing-content h-auto min-h-24 py-1.5 leading-relaxed"
      />
    );
  }
  const numeric = ["int", "bigint", "numeric", "float"].includes(column.baseType);
  return (
    <input
      {...common}
      ref={focusWhen(autoFocus)}
      type={textType(column)}
      inputMode={numeric ? "decimal" : undefined}
      readOnly={readOnly}
      maxLength={column.maxLength ?? undefined}
      autoComplete="off"
      value={text}
      onChange={(event) => onText(event.target.value)}
      className={`control ${large ? "h-10 font-semibold text-xl tracking-tight" : ""} ${numeric ? "tabular-nums" : ""}`}
    />
  );
}
