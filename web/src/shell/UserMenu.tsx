import { ChevronDown, LogOut } from "lucide-react";
import { useAuth, usePerson } from "../auth/AuthProvider.tsx";
import { Avatar } from "../components/Avatar.tsx";
import { Popover, panelItem } from "../components/Popover.tsx";
import { ReferenceText } from "../entity/ReferenceLabel.tsx";
import { humanize } from "../format/humanize.ts";

export function UserMenu() {
  const person = usePerson();
  const { signOut } = useAuth();
  const name = `${person.fname} ${person.lname}`;
  return (
    <Popover
      buttonClass="flex h-8 items-center gap-1.5 rounded-md px-1.5 text-ink-2 text-sm hover:bg-sunken hover:text-ink"
      button={
        <>
          <Avatar name={name} />
          <span className="sr-only">Account: </span>
          <span className="max-md:sr-only">{person.fname}</span>
          <span className="sr-only"> {person.lname}</span>
          <ChevronDown className="size-3.5" aria-hidden="true" />
        </>
      }
    >
      {() => (
        <>
          <div className="px-2.5 pt-1.5 pb-2.5">
            <p className="font-semibold">{name}</p>
            <p className="truncate text-ink-2 text-sm">{person.email}</p>
            <p className="mt-1 text-ink-3 text-sm">
              <ReferenceText code="organization" id={person.organizationId} /> · {humanize(person.role)}
            </p>
          </div>
          <div className="border-line border-t pt-1.5">
            <button type="button" className={panelItem} onClick={() => signOut()}>
              <LogOut className="size-4 text-ink-3" aria-hidden="true" /> Sign out
            </button>
          </div>
        </>
      )}
    </Popover>
  );
}
