import { useParams } from "react-router";
import { EntityDetail } from "../detail/EntityDetail.tsx";
import { Relations } from "../detail/Relations.tsx";
import { NotFoundPage } from "../pages/NotFoundPage.tsx";
import { ProjectTasks } from "./ProjectTasks.tsx";

export function ProjectDetail() {
  const { id } = useParams();
  if (!id) return <NotFoundPage />;
  return (
    <EntityDetail key={id} code="project" id={id.toLowerCase()}>
      {(row) => (
        <>
          <ProjectTasks project={row} />
          <Relations code="project" parent={row} without="task" />
        </>
      )}
    </EntityDetail>
  );
}
