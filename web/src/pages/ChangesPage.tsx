import { PageHeader } from "../components/PageHeader.tsx";
import { deferred } from "../feedback/deferred.tsx";
import { ListSkeleton } from "../feedback/Skeleton.tsx";

const UnsentChanges = deferred(
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
