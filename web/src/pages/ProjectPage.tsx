import { useParams } from "react-router";
import { EntityDetail } from "../entity/EntityDetail.tsx";
import { RelatedList } from "../entity/RelatedList.tsx";
import { relationsOf } from "../entity/related.ts";
import { ProjectTasks } from "../task/ProjectTasks.tsx";
import { NotFoundPage } from "./NotFoundPage.tsx";

export function ProjectPage() {
  const { id } = useParams();
  if (!id) return <NotFoundPage />;
  return (
    <EntityDetail key={id} code="project" id={id.toLowerCase()}>
      {(row) => (
        <>
          <ProjectTasks project={row} />
          {relationsOf("project")
            .filter((relation) => relation.code !== "task")
            .map((relation) => (
              <RelatedList key={`${relation.code}.${relation.column.name}`} relation={relation} parent={row} />
            ))}
        </>
      )}
    </EntityDetail>
  );
}
