import { EntityDetail } from "../detail/EntityDetail.tsx";
import { Relations } from "../detail/Relations.tsx";
import { ProjectTasks } from "./ProjectTasks.tsx";

export function ProjectDetail({ id }: { id: string }) {
  return (
    <EntityDetail key={id} entityCode="project" id={id}>
      {(row) => (
        <>
          <ProjectTasks project={row} />
          <Relations entityCode="project" parent={row} without="task" />
        </>
      )}
    </EntityDetail>
  );
}
