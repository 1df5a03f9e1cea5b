import { useParams } from "react-router";
import { EntityDetail } from "../entity/EntityDetail.tsx";
import { RelatedList } from "../entity/RelatedList.tsx";
import { relationsOf } from "../entity/related.ts";
import { TaskComments } from "../task/TaskComments.tsx";
import { NotFoundPage } from "./NotFoundPage.tsx";

export function TaskPage() {
  const { id } = useParams();
  if (!id) return <NotFoundPage />;
  return (
    <EntityDetail key={id} code="task" id={id.toLowerCase()}>
      {(row) => (
        <>
          {relationsOf("task")
            .filter((relation) => relation.code !== "task_comment")
            .map((relation) => (
              <RelatedList key={`${relation.code}.${relation.column.name}`} relation={relation} parent={row} />
            ))}
          <TaskComments task={row} />
        </>
      )}
    </EntityDetail>
  );
}
