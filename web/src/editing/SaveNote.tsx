import { useSyncStatus } from "@heliograph/client/react";
import { Check, CloudUpload, LoaderCircle } from "lucide-react";
import { useEffect } from "react";
import { useAnnounce } from "../components/Announcer.tsx";

/** How long the result of a save stays visible, in ms. */
const shownForMs = 1_600;

/** States in which a write is on its way to the server. In the others it waits on this device. */
const sendingStates: ReadonlySet<string> = new Set(["connected", "catching-up", "delayed", "disabled"]);

interface Props {
  /** Name of the field, for the announcement. */
  name: string;
  /** Whether the server has acknowledged the write. */
  saved: boolean;
  /** Called when the note has been shown long enough. */
  onRest: () => void;
}

/**
 * What happened to an edit of a field: being saved, saved on the server, or kept on this device until it can be sent.
 */
export function SaveNote({ name, saved, onRest }: Props) {
  const { state } = useSyncStatus();
  const announce = useAnnounce();
  const sending = !saved && sendingStates.has(state);
  useEffect(() => {
    if (sending) return;
    announce(saved ? `${name} saved` : `${name} kept on this device`);
    const timer = setTimeout(onRest, shownForMs);
    return () => clearTimeout(timer);
  }, [sending, saved, name, announce, onRest]);
  const [Icon, text, tone] = saved
    ? ([Check, "Saved", "bg-green-bg text-green-fg"] as const)
    : sending
      ? ([LoaderCircle, "Saving…", "bg-gray-bg text-gray-fg"] as const)
      : ([CloudUpload, "Kept on this device", "bg-gray-bg text-gray-fg"] as const);
  return (
    <span
      className={`pointer-events-none absolute top-1.5 right-2 inline-flex items-center gap-1 rounded px-1.5 text-xs ${tone}`}
    >
      <Icon className={`size-3 ${sending ? "animate-spin" : ""}`} aria-hidden="true" /> {text}
    </span>
  );
}
