import { useParams } from "react-router";
import { deferred } from "../feedback/deferred.tsx";
import { DetailSkeleton } from "../feedback/Skeleton.tsx";
import { NotFoundPage } from "./NotFoundPage.tsx";

const ProjectDetail = deferred(
  async () => (await import("../task/ProjectDetail.tsx")).ProjectDetail,
  <DetailSkeleton />,
);

export function ProjectPage() {
  const { id } = useParams();
  return id ? <ProjectDetail id={id.toLowerCase()} /> : <NotFoundPage />;
}
