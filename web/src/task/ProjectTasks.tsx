import type { Row } from "../entity/catalog.ts";
import { useFrozen } from "../entity/drafts.tsx";
import { Section, SectionRows } from "../entity/RelatedList.tsx";
import { useRows } from "../entity/use-rows.ts";
import { AddTask } from "./AddTask.tsx";
import { ProgressBar } from "./ProgressBar.tsx";
import { progressOf } from "./progress.ts";

/** Enough for nearly every project in one page, so that the progress counts all of its tasks. */
const pageSize = 100;

/** The tasks of a project, live: by whomever they are added, finished or moved away. */
export function ProjectTasks({ project }: { project: Row }) {
  const tasks = useRows("task", {
    filter: { project_id: project.id },
    within: project.id,
    sort: "due_on",
    limit: pageSize,
  });
  const frozen = useFrozen();
  const ready = tasks.status === "ready" || tasks.rows.length > 0;
  return (
    <Section
      title="Tasks"
      action={ready ? <ProgressBar progress={progressOf(tasks.rows)} more={tasks.hasMore} /> : null}
    >
      {frozen ? null : <AddTask projectId={project.id} onAdded={tasks.refetch} />}
      <SectionRows code="task" list={tasks} without="project_id" caption="Tasks of this project" />
    </Section>
  );
}
