import { useEntityList } from "@heliograph/client/react";
import { usePerson } from "../auth/AuthProvider.tsx";

interface OwnEmployee {
  /** undefined if there is none or if it is not known yet. */
  readonly id: string | undefined;
  /** False while the record is being looked up. */
  readonly known: boolean;
}

/** The employee record of the signed-in user, whose id is used for authors and assignees. */
export function useOwnEmployee(): OwnEmployee {
  const { id } = usePerson();
  const { items, status } = useEntityList("employee", { filter: { person_id: id }, limit: 1 });
  return { id: items[0]?.$id, known: status !== "loading" };
}
