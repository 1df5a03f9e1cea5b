import { EntityDetail } from "../detail/EntityDetail.tsx";
import { Relations } from "../detail/Relations.tsx";
import { TaskComments } from "./TaskComments.tsx";

export function TaskDetail({ id }: { id: string }) {
  return (
    <EntityDetail key={id} entityCode="task" id={id}>
      {(row) => (
        <>
          <Relations entityCode="task" parent={row} without="task_comment" />
          <TaskComments task={row} />
        </>
      )}
    </EntityDetail>
  );
}
