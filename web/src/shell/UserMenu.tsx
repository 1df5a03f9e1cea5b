import { useAttention, useOutbox, useSync } from "@heliograph/client/react";
import { ChevronDown, LogOut, Wrench } from "lucide-react";
import { useState } from "react";
import { useAuth, usePerson } from "../auth/AuthProvider.tsx";
import { Avatar } from "../components/Avatar.tsx";
import { ConfirmDialog } from "../components/ConfirmDialog.tsx";
import { Popover, panelItem } from "../components/Popover.tsx";
import { humanize } from "../format/humanize.ts";
import { ReferenceText } from "../value/ReferenceLabel.tsx";

/** Account menu. Signing out removes the user's data from the device, so unsent changes require a confirmation. */
export function UserMenu({ tools, onTools }: { tools: boolean; onTools: () => void }) {
  const person = usePerson();
  const { signOut } = useAuth();
  const { outbox } = useSync().client;
  const [asking, setAsking] = useState(false);
  const unsent = useOutbox().size + useAttention().items.length;
  const leave = async () => {
    // Ask the outbox and not the displayed count: an edit made a moment ago is not displayed yet and would be lost.
    if ((await outbox.unsent()) > 0) setAsking(true);
    else signOut();
  };
  const name = `${person.fname} ${person.lname}`;
  return (
    <>
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
        {(close) => (
          <>
            <div className="px-2.5 pt-1.5 pb-2.5">
              <p className="font-semibold">{name}</p>
              <p className="truncate text-ink-2 text-sm">{person.email}</p>
              <p className="mt-1 text-ink-3 text-sm">
                <ReferenceText entityCode="organization" id={person.organizationId} /> · {humanize(person.role)}
              </p>
            </div>
            <div className="border-line border-t pt-1.5">
              <button
                type="button"
                className={panelItem}
                onClick={() => {
                  close();
                  onTools();
                }}
              >
                <Wrench className="size-4 text-ink-3" aria-hidden="true" />
                {tools ? "Hide developer tools" : "Developer tools"}
              </button>
              <button
                type="button"
                className={panelItem}
                onClick={() => {
                  close();
                  void leave();
                }}
              >
                <LogOut className="size-4 text-ink-3" aria-hidden="true" /> Sign out
              </button>
            </div>
          </>
        )}
      </Popover>
      {asking ? (
        <ConfirmDialog
          title={unsent === 1 ? "1 change is not sent yet" : `${unsent} changes are not sent yet`}
          text={`Signing out removes your data from this device, and unsent changes are lost. To keep ${unsent === 1 ? "this change, stay signed in until it is sent" : "these changes, stay signed in until they are sent"}.`}
          confirm="Sign out and lose changes"
          onConfirm={() => signOut()}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}
