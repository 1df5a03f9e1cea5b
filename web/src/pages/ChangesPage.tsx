import { PageHeader } from "../components/PageHeader.tsx";
import { later } from "../feedback/deferred.tsx";
import { ListSkeleton } from "../feedback/Skeleton.tsx";

const UnsentChanges = later(
  async () => (await import("../unsent/UnsentChanges.tsx")).UnsentChanges,
  <ListSkeleton rows={3} />,
);

export function ChangesPage() {
  return (
    <>
      <PageHeader title="Changes on this device" />
      <UnsentChanges />
    </>
  );
}
