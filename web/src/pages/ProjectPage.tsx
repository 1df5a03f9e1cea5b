import { later } from "../components/later.tsx";
import { DetailSkeleton } from "../components/Skeleton.tsx";

export const ProjectPage = later(
  async () => (await import("../task/ProjectDetail.tsx")).ProjectDetail,
  <DetailSkeleton />,
);
