import { useEntityList } from "@heliograph/client/react";
import { usePerson } from "../auth/AuthProvider.tsx";

interface OwnEmployee {
  /** undefined when there is none, or not known yet. */
  readonly id: string | undefined;
  /** False while that is being looked up. */
  readonly known: boolean;
}

/** The employee record of the signed-in person, whose id the suite uses for authors and assignees. */
export function useOwnEmployee(): OwnEmployee {
  const { id } = usePerson();
  const { items, status } = useEntityList("employee", { filter: { person_id: id }, limit: 1 });
  return { id: items[0]?.id, known: status !== "loading" };
}
