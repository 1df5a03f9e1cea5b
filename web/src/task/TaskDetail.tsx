import { useParams } from "react-router";
import { EntityDetail } from "../detail/EntityDetail.tsx";
import { Relations } from "../detail/Relations.tsx";
import { NotFoundPage } from "../pages/NotFoundPage.tsx";
import { TaskComments } from "./TaskComments.tsx";

export function TaskDetail() {
  const { id } = useParams();
  if (!id) return <NotFoundPage />;
  return (
    <EntityDetail key={id} code="task" id={id.toLowerCase()}>
      {(row) => (
        <>
          <Relations code="task" parent={row} without="task_comment" />
          <TaskComments task={row} />
        </>
      )}
    </EntityDetail>
  );
}
