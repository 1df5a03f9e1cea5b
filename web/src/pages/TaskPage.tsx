import { useParams } from "react-router";
import { deferred } from "../feedback/deferred.tsx";
import { DetailSkeleton } from "../feedback/Skeleton.tsx";
import { NotFoundPage } from "./NotFoundPage.tsx";

const TaskDetail = deferred(async () => (await import("../task/TaskDetail.tsx")).TaskDetail, <DetailSkeleton />);

export function TaskPage() {
  const { id } = useParams();
  return id ? <TaskDetail id={id.toLowerCase()} /> : <NotFoundPage />;
}
