import { useMutation } from "@heliograph/client/react";
import { Plus } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { useAnnounce } from "../components/Announcer.tsx";
import { Button } from "../components/Button.tsx";
import { useDraftKey, useRetainedState } from "../editing/draft-retention.ts";
import { errorText } from "../feedback/error-text.ts";

/** Adds a task by its title. The focus stays in the field, so that several can be added in a row. */
export function AddTask({ projectId }: { projectId: string }) {
  const [title, setTitle] = useRetainedState(useDraftKey("project", projectId, "task"), "", (text) => text === "");
  const [failure, setFailure] = useState("");
  const { create } = useMutation("task");
  const announce = useAnnounce();
  const input = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const text = title.trim();
    if (!text) return;
    setFailure("");
    // Cleared before the write: clearing it afterwards could delete the next title while it is typed.
    setTitle("");
    try {
      await create({ title: text, project_id: projectId, status: "todo" } as never);
      announce(`Task “${text}” added`);
    } catch (error) {
      setTitle((typed) => typed || text);
      setFailure(errorText(error));
    }
    input.current?.focus();
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="mb-3">
      <div className="flex gap-2">
        <input
          ref={input}
          aria-label="New task"
          placeholder="Add a task"
          maxLength={200}
          autoComplete="off"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          className="control"
        />
        <Button type="submit" disabled={title.trim() === ""}>
          <Plus className="size-4" aria-hidden="true" /> Add
        </Button>
      </div>
      {failure ? (
        <p role="alert" className="mt-1 text-danger text-sm">
          {failure}
        </p>
      ) : null}
    </form>
  );
}
