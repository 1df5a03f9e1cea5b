import { useMutation } from "@heliograph/client/react";
import { type FormEvent, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { type EntityCode, entityInfo, isLongText, isRequired } from "../catalog/catalog.ts";
import { checkForm, formColumns, type Texts } from "../catalog/form.ts";
import { entityPath, listPath } from "../catalog/paths.ts";
import { useAnnounce } from "../components/Announcer.tsx";
import { Button } from "../components/Button.tsx";
import { errorText } from "../feedback/error-text.ts";
import { humanize } from "../format/humanize.ts";
import { Editor } from "../value/Editor.tsx";
import { useDraftKey, useRetainedState } from "./draft-retention.ts";

/** The form that creates a row of any type. */
export function CreateForm({ entityCode, initial }: { entityCode: EntityCode; initial: Texts }) {
  const columns = formColumns(entityCode);
  const draftKey = useDraftKey(entityCode, "new");
  const [texts, setTexts] = useRetainedState<Texts>(draftKey, initial, (value) => value === initial);
  const [errors, setErrors] = useState<Texts>({});
  const [failure, setFailure] = useState("");
  const { create, pending } = useMutation(entityCode);
  const navigate = useNavigate();
  const announce = useAnnounce();
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const label = entityInfo(entityCode).label.toLowerCase();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const checked = checkForm(columns, texts);
    setErrors(checked.errors);
    setFailure("");
    const first = columns.find((entry) => checked.errors[entry.name]);
    if (first) {
      form.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${first.name}`)}`)?.focus();
      return;
    }
    try {
      const created = await create(checked.doc as never);
      announce(`${entityInfo(entityCode).label} created`);
      await navigate(entityPath(entityCode, created.entityId), { replace: true });
    } catch (error) {
      setFailure(errorText(error));
    }
  }

  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="max-w-3xl px-4 pb-10 sm:px-6">
      <div className="grid gap-x-5 gap-y-4 sm:grid-cols-2">
        {columns.map((entry, place) => {
          const field = `${id}-${entry.name}`;
          const error = errors[entry.name];
          return (
            <div key={entry.name} className={place === 0 || isLongText(entry) ? "sm:col-span-2" : ""}>
              <label htmlFor={field} className="mb-1 block font-medium text-sm">
                {humanize(entry.name)}
                {isRequired(entry) ? null : <span className="ml-1.5 font-normal text-ink-3">optional</span>}
              </label>
              <Editor
                id={field}
                column={entry}
                text={texts[entry.name] ?? ""}
                onText={(text) => setTexts((before) => ({ ...before, [entry.name]: text }))}
                invalid={error !== undefined}
                describedBy={error || entry.comment ? `${field}-note` : undefined}
                autoFocus={place === 0}
                optional
              />
              {error || entry.comment ? (
                <p id={`${field}-note`} className={`mt-1 text-sm ${error ? "text-danger" : "text-ink-3"}`}>
                  {error ?? entry.comment}
                </p>
              ) : null}
            </div>
          );
        })}
      </div>
      {failure ? (
        <p role="alert" className="mt-4 rounded-md bg-red-bg px-3 py-2 text-red-fg">
          {failure}
        </p>
      ) : null}
      <div className="mt-6 flex gap-2">
        <Button type="submit" variant="solid" disabled={pending}>
          {pending ? "Creating…" : `Create ${label}`}
        </Button>
        <Button variant="ghost" onClick={() => void navigate(listPath(entityCode))}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
