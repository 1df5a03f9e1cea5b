import type { Row } from "../catalog/catalog.ts";
import { Section } from "../components/Section.tsx";
import { useFrozen } from "../editing/open-drafts.tsx";
import { deferred } from "../feedback/deferred.tsx";
import { LoadingProgress } from "../feedback/LoadingProgress.tsx";
import { SectionRows } from "../list/SectionRows.tsx";
import { useAllRows } from "../list/use-all-rows.ts";
import { AddTask } from "./AddTask.tsx";
import { ProgressBar } from "./ProgressBar.tsx";
import { progressOf } from "./progress.ts";

// Deferred because only this page needs the chart library.
const ProjectProgress = deferred(async () => (await import("./ProjectProgress.tsx")).ProjectProgress);

/** Live progress and task list of a project. */
export function ProjectTasks({ project }: { project: Row }) {
  const tasks = useAllRows("task", {
    filter: { project_id: project.$id },
    within: `project/${project.$id}`,
    sort: "due_on",
  });
  const frozen = useFrozen();
  const ready = tasks.status === "ready";
  return (
    <>
      <ProjectProgress project={project} tasks={tasks} />
      <Section
        title="Tasks"
        action={
          tasks.loading ? (
            <LoadingProgress what="tasks" count={tasks.rows.length} />
          ) : ready ? (
            <ProgressBar progress={progressOf(tasks.rows)} more={!tasks.complete} />
          ) : null
        }
      >
        {frozen ? null : <AddTask projectId={project.$id} />}
        <SectionRows entityCode="task" list={tasks} without="project_id" caption="Tasks of this project" />
      </Section>
    </>
  );
}
