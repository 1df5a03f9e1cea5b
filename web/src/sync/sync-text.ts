export interface SyncText {
  readonly tone: "live" | "busy" | "warn" | "off";
  readonly label: string;
  /** What this means for the person at the screen. */
  readonly detail: string;
}

/** The part of the client's status that the words depend on. */
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
  /** For "delayed": up to when changes were told, in milliseconds since 1970. */
  readonly since?: number | undefined;
  /** When the next attempt starts, in milliseconds since 1970. */
  readonly retryAt?: number | undefined;
  /** The server is there, and yet nothing gets through. */
  readonly stuck?: boolean | undefined;
}

function reconnecting(retryAt: number, now: number): SyncText {
  const detail = "The connection was lost. What is shown may be older than what is on the server.";
  const seconds = Math.ceil((retryAt - now) / 1000);
  if (seconds <= 0) return { tone: "warn", label: "Reconnecting…", detail };
  return { tone: "warn", label: `Reconnecting in ${seconds} s`, detail };
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const timeAndDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Hours and minutes, and the day when a time alone would be taken for today's. */
export function timeOf(moment: number, now: number): string {
  const sameDay = new Date(moment).toDateString() === new Date(now).toDateString();
  return (sameDay ? time : timeAndDay).format(moment);
}

/** States in which nothing is expected to get through, and which say themselves what to do. */
const excused: ReadonlySet<SyncState["state"]> = new Set(["offline", "needs-auth", "disconnected"]);

/** Of all that can be told at once the worst comes first: a person who waits for a save must hear that it does not go. */
function stuckText({ state, since }: SyncState, now: number): SyncText {
  const detail = () => {
    switch (state) {
      case "disabled":
        return "Sync is switched off on the server, and for half a minute no change from here could be saved either.";
      case "delayed":
        return `The server is behind${since === undefined ? "" : `, showing changes up to ${timeOf(since, now)}`}, and for half a minute nothing was completed.`;
      case "connecting":
        return "The connection was lost, and before that nothing was completed for half a minute.";
      default:
        return "There is a connection, but for half a minute nothing was completed.";
    }
  };
  return { tone: "warn", label: "Not getting through", detail: `${detail()} It is tried again by itself.` };
}

/** The connection in words; `now` in milliseconds. */
export function syncText(status: SyncState, now: number): SyncText {
  if (status.stuck && !excused.has(status.state)) return stuckText(status, now);
  switch (status.state) {
    case "connected":
      return { tone: "live", label: "Live", detail: "Changes by others appear here as they are made." };
    case "catching-up":
      return { tone: "busy", label: "Catching up…", detail: "Fetching what changed while the connection was away." };
    case "delayed":
      return {
        tone: "warn",
        label: status.since === undefined ? "Delayed" : `Delayed: showing changes up to ${timeOf(status.since, now)}`,
        detail: "The server is behind: changes by others appear later than usual.",
      };
    case "connecting":
      if (status.retryAt !== undefined) return reconnecting(status.retryAt, now);
      return { tone: "busy", label: "Connecting…", detail: "Opening the connection to the server." };
    case "disconnected":
      return { tone: "warn", label: "Disconnected", detail: status.reason ?? "The server refused the connection." };
    case "offline":
      return {
        tone: "off",
        label: "Offline",
        detail:
          "This device has no network. What was loaded stays readable, and what you change is kept and sent later.",
      };
    case "needs-auth":
      return { tone: "warn", label: "Sign in again", detail: "The session has ended. Sign in again to go on." };
    case "disabled":
      return {
        tone: "off",
        label: "Sync is switched off",
        detail: "Sync is switched off on the server: changes appear after reload. Reading and editing work as usual.",
      };
  }
}
