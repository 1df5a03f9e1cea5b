import { useEntityList } from "@heliograph/client/react";
import { usePerson } from "../auth/AuthProvider.tsx";

/** The employee record of the signed-in person, whose id the suite uses for authors; undefined when there is none. */
export function useOwnEmployee(): string | undefined {
  const { id } = usePerson();
  const { items } = useEntityList("employee", { filter: { person_id: id }, limit: 1 });
  return items[0]?.id;
}
