import { useMutation } from "@heliograph/client/react";
import { type FormEvent, useState } from "react";
import { isPrivate, type Row } from "../catalog/catalog.ts";
import { Button } from "../components/Button.tsx";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { Section } from "../components/Section.tsx";
import { useDraftKey, useRetainedState } from "../editing/draft-retention.ts";
import { useFrozen } from "../editing/open-drafts.tsx";
import { errorText } from "../feedback/error-text.ts";
import { LoadError } from "../feedback/LoadError.tsx";
import { useRows } from "../list/use-rows.ts";
import { PrivateMark } from "../value/PrivateMark.tsx";
import { ReferenceLink } from "../value/ReferenceLabel.tsx";
import { useOwnEmployee } from "./use-own-employee.ts";

function Comment({ row }: { row: Row }) {
  const author = row["author_id"];
  return (
    <li className="border-line border-b py-3 last:border-b-0">
      <div className="flex items-center gap-2 text-sm">
        {typeof author === "string" ? (
          <ReferenceLink entityCode="employee" id={author} className="font-medium" />
        ) : (
          <span className="text-ink-3">Unknown</span>
        )}
        <RelativeTime value={String(row["created_ts"])} className="text-ink-3" />
        {isPrivate(row) ? <PrivateMark /> : null}
      </div>
      <p className="mt-1 whitespace-pre-wrap break-words">{String(row["body"])}</p>
    </li>
  );
}

/** The comments on a task, oldest first, and a form to add one. */
export function TaskComments({ task }: { task: Row }) {
  const comments = useRows("task_comment", {
    filter: { task_id: task.$id },
    within: `task/${task.$id}`,
    sort: "created_ts",
    limit: 50,
  });
  const [body, setBody] = useRetainedState(useDraftKey("task", task.$id, "comment"), "", (text) => text === "");
  const [failure, setFailure] = useState("");
  const { create } = useMutation("task_comment");
  const { id: author } = useOwnEmployee();
  const frozen = useFrozen();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const text = body.trim();
    if (!text) return;
    setFailure("");
    setBody("");
    try {
      await create({ task_id: task.$id, body: text, ...(author && { author_id: author }) } as never);
    } catch (error) {
      setBody((typed) => typed || text);
      setFailure(errorText(error));
    }
  }

  return (
    <Section title="Comments">
      {comments.status === "error" && comments.rows.length === 0 ? (
        <LoadError what="Comments" error={comments.error} retry={comments.refetch} />
      ) : comments.rows.length > 0 ? (
        <ul>
          {comments.rows.map((row) => (
            <Comment key={row.$id} row={row} />
          ))}
        </ul>
      ) : (
        <p className="text-ink-3">{comments.status === "loading" ? "Loading…" : "No comments yet"}</p>
      )}
      {comments.hasMore ? (
        <Button size="sm" variant="ghost" onClick={comments.loadMore}>
          Show more
        </Button>
      ) : null}
      {frozen ? null : (
        <form onSubmit={(event) => void submit(event)} className="mt-3">
          <textarea
            aria-label="Comment"
            placeholder="Write a comment"
            rows={2}
            value={body}
            onChange={(event) => setBody(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
            }}
            className="control field-sizing-content h-auto min-h-16 py-1.5"
          />
          {failure ? (
            <p role="alert" className="mt-1 text-danger text-sm">
              {failure}
            </p>
          ) : null}
          <div className="mt-2 flex justify-end">
            <Button type="submit" disabled={body.trim() === ""}>
              Comment
            </Button>
          </div>
        </form>
      )}
    </Section>
  );
}
