import { later } from "../feedback/deferred.tsx";
import { DetailSkeleton } from "../feedback/Skeleton.tsx";

export const ProjectPage = later(
  async () => (await import("../task/ProjectDetail.tsx")).ProjectDetail,
  <DetailSkeleton />,
);
