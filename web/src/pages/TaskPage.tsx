import { later } from "../feedback/deferred.tsx";
import { DetailSkeleton } from "../feedback/Skeleton.tsx";

export const TaskPage = later(async () => (await import("../task/TaskDetail.tsx")).TaskDetail, <DetailSkeleton />);
