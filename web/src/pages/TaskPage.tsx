import { later } from "../components/later.tsx";
import { DetailSkeleton } from "../components/Skeleton.tsx";

export const TaskPage = later(async () => (await import("../task/TaskDetail.tsx")).TaskDetail, <DetailSkeleton />);
