export interface SyncText {
  readonly tone: "live" | "busy" | "warn" | "off";
  readonly label: string;
  /** What happened, what it means for the user, and what to do. */
  readonly detail: string;
}

/** The part of the client's status that the text depends on. */
export interface SyncState {
  readonly state:
    | "disconnected"
    | "connecting"
    | "connected"
    | "catching-up"
    | "delayed"
    | "needs-auth"
    | "offline"
    | "disabled";
  readonly reason?: string | undefined;
  /** For "delayed": up to when changes are shown, in ms since 1970. */
  readonly since?: number | undefined;
  /** When the next connection attempt starts, in ms since 1970. */
  readonly retryAt?: number | undefined;
  /** The server is reachable, but no operation completes. */
  readonly stuck?: boolean | undefined;
}

function reconnecting(retryAt: number, now: number): SyncText {
  const detail = "The connection was lost, so this page may be out of date. Retrying automatically.";
  const seconds = Math.ceil((retryAt - now) / 1000);
  if (seconds <= 0) return { tone: "warn", label: "Reconnecting…", detail };
  return { tone: "warn", label: `Reconnecting in ${seconds} s`, detail };
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const timeAndDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Formats a moment as a time of day, with the date if it is not today. */
export function timeOf(moment: number, now: number): string {
  const sameDay = new Date(moment).toDateString() === new Date(now).toDateString();
  return (sameDay ? time : timeAndDay).format(moment);
}

/** States in which nothing is expected to complete, and whose own text says what to do. */
const selfExplanatory: ReadonlySet<SyncState["state"]> = new Set(["offline", "needs-auth", "disconnected"]);

/** "Stuck" takes precedence over the state: a user who waits for a change to be saved must learn that it is not. */
function stuckText({ state, since }: SyncState, now: number): SyncText {
  const detail = () => {
    switch (state) {
      case "disabled":
        return "Sync is switched off on the server, and your changes could not be saved for half a minute.";
      case "delayed":
        return `The server is running behind${since === undefined ? "" : ` (showing changes up to ${timeOf(since, now)})`} and has not responded for half a minute.`;
      case "connecting":
        return "The connection was lost after the server had not responded for half a minute.";
      default:
        return "This device is connected, but the server has not responded for half a minute.";
    }
  };
  const meaning = "This page may be out of date, and your latest changes may not be saved yet.";
  return { tone: "warn", label: "Not responding", detail: `${detail()} ${meaning} Retrying automatically.` };
}

/** The text for a sync status. `now` is in ms since 1970. */
export function syncText(status: SyncState, now: number): SyncText {
  if (status.stuck && !selfExplanatory.has(status.state)) return stuckText(status, now);
  switch (status.state) {
    case "connected":
      return { tone: "live", label: "Live", detail: "Changes by other people appear here as they happen." };
    case "catching-up":
      return { tone: "busy", label: "Catching up…", detail: "Loading what changed while you were disconnected." };
    case "delayed":
      return {
        tone: "warn",
        label: status.since === undefined ? "Delayed" : `Delayed: showing changes up to ${timeOf(status.since, now)}`,
        detail:
          "The server is running behind, so changes by other people appear later than usual. You can keep working.",
      };
    case "connecting":
      if (status.retryAt !== undefined) return reconnecting(status.retryAt, now);
      return { tone: "busy", label: "Connecting…", detail: "Connecting to the server." };
    case "disconnected":
      return {
        tone: "warn",
        label: "Disconnected",
        detail: `${status.reason ?? "The server closed the connection."} This page may be out of date. Reload it to try again.`,
      };
    case "offline":
      return {
        tone: "off",
        label: "Offline",
        detail:
          "This device has no network. You can read what is already loaded and keep editing. Your changes are sent when you are back online.",
      };
    case "needs-auth":
      return { tone: "warn", label: "Sign in again", detail: "Your session has ended. Sign in again to continue." };
    case "disabled":
      return {
        tone: "off",
        label: "Sync is switched off",
        detail:
          "Sync is switched off on the server. Refresh to see changes by other people. Reading and editing work as usual.",
      };
  }
}
