import { type ReactNode, useEffect, useMemo, useReducer, useState } from "react";
import { createPortal } from "react-dom";
import type { Heliograph } from "../core/client.ts";
import { useClient } from "../react/SyncProvider.tsx";
import { ListsView } from "./ListsView.tsx";
import { OutboxView } from "./OutboxView.tsx";
import { OverviewView } from "./OverviewView.tsx";
import { ProtocolView } from "./ProtocolView.tsx";
import { RowsView } from "./RowsView.tsx";
import { Recorder } from "./recorder.ts";
import { styles } from "./styles.ts";
import { type Question, WhyView } from "./WhyView.tsx";

export interface HeliographDevtoolsProps {
  /** The client to show; that of the nearest `SyncProvider` when absent. Outside of a provider it is required. */
  readonly client?: Heliograph;
  /** Whether the panel is open at first; false when absent. */
  readonly defaultOpen?: boolean;
  /** The color scheme of the page when absent. */
  readonly theme?: "light" | "dark";
}

/**
 * A panel at the bottom of the page: status, lag from commit to screen, messages, subscriptions and stored versions, lists,
 * unsent writes, and an explanation why changes of one row do or do not arrive. It records from the moment it is mounted.
 */
export function HeliographDevtools({ client, ...rest }: HeliographDevtoolsProps): ReactNode {
  return client ? <Devtools client={client} {...rest} /> : <DevtoolsOfProvider {...rest} />;
}

function DevtoolsOfProvider(props: Omit<HeliographDevtoolsProps, "client">): ReactNode {
  return <Devtools client={useClient()} {...props} />;
}

type DevtoolsProps = HeliographDevtoolsProps & { readonly client: Heliograph };

function Devtools({ client, defaultOpen = false, theme }: DevtoolsProps): ReactNode {
  const recorder = useRecorder(client);
  const root = useShadowRoot();
  const [open, setOpen] = useState(defaultOpen);
  if (!recorder || !root) return null;
  return createPortal(
    <div className="root" data-theme={theme}>
      {open ? (
        <Panel recorder={recorder} onClose={() => setOpen(false)} />
      ) : (
        <Launcher recorder={recorder} onOpen={() => setOpen(true)} />
      )}
    </div>,
    root,
  );
}

function Launcher({ recorder, onOpen }: { recorder: Recorder; onOpen: () => void }): ReactNode {
  useTick(recorder);
  return (
    <button type="button" className="launcher" onClick={onOpen} aria-label="Open Heliograph devtools">
      <Dot recorder={recorder} />
      Heliograph
    </button>
  );
}

const tabs = ["Overview", "Protocol", "Rows", "Lists", "Outbox", "Why?"] as const;
type Tab = (typeof tabs)[number];

function Panel({ recorder, onClose }: { recorder: Recorder; onClose: () => void }): ReactNode {
  const tick = useTick(recorder);
  const [tab, setTab] = useState<Tab>("Overview");
  const [question, setQuestion] = useState<Question>({ entityCode: "", entityId: "" });
  const explain = (entityCode: string, entityId: string) => {
    setQuestion({ entityCode, entityId });
    setTab("Why?");
  };
  return (
    <section className="panel" aria-label="Heliograph devtools">
      <div className="bar">
        <div className="title">
          <Dot recorder={recorder} />
          <span className="name">Heliograph</span>
        </div>
        <div className="tabs" role="tablist">
          {tabs.map((name) => (
            <button key={name} type="button" role="tab" aria-selected={name === tab} onClick={() => setTab(name)}>
              {name}
              <Count recorder={recorder} tab={name} />
            </button>
          ))}
        </div>
        <button type="button" className="close" onClick={onClose} aria-label="Close devtools">
          ×
        </button>
      </div>
      <div className="body" role="tabpanel" aria-label={tab}>
        {tab === "Overview" ? <OverviewView recorder={recorder} /> : null}
        {tab === "Protocol" ? <ProtocolView recorder={recorder} /> : null}
        {tab === "Rows" ? <RowsView recorder={recorder} onWhy={explain} /> : null}
        {tab === "Lists" ? <ListsView recorder={recorder} /> : null}
        {tab === "Outbox" ? <OutboxView recorder={recorder} /> : null}
        {tab === "Why?" ? (
          <WhyView recorder={recorder} question={question} onQuestion={setQuestion} tick={tick} />
        ) : null}
      </div>
    </section>
  );
}

function Dot({ recorder }: { recorder: Recorder }): ReactNode {
  const { state, stuck } = recorder.client.status();
  const bad = stuck || state === "disconnected" || state === "needs-auth" || state === "disabled";
  const tone = bad ? "bad" : state === "connected" ? "good" : "";
  return <span className={`dot ${tone}`} role="img" aria-label={stuck ? `${state}, stuck` : state} />;
}

function Count({ recorder, tab }: { recorder: Recorder; tab: Tab }): ReactNode {
  const count = countOf(recorder, tab);
  return count === 0 ? null : <span className="count">{count}</span>;
}

function countOf({ client }: Recorder, tab: Tab): number {
  if (tab === "Rows") return client.subscriptions().length;
  if (tab === "Lists") return client.inspection.lists().length;
  if (tab === "Outbox") return client.outbox.snapshot().size + client.outbox.attention().items.length;
  return 0;
}

function useRecorder(client: Heliograph): Recorder | undefined {
  const [recorder, setRecorder] = useState<Recorder>();
  useEffect(() => {
    const own = new Recorder(client);
    setRecorder(own);
    return () => own.stop();
  }, [client]);
  return recorder;
}

/** A number that changes whenever something was recorded, at most once per animation frame. */
function useTick(recorder: Recorder): number {
  const [tick, next] = useReducer((before: number) => before + 1, 0);
  useEffect(() => recorder.onChange(next), [recorder]);
  return tick;
}

function useShadowRoot(): ShadowRoot | undefined {
  const [root, setRoot] = useState<ShadowRoot>();
  const sheet = useMemo(() => {
    const made = new CSSStyleSheet();
    made.replaceSync(styles);
    return made;
  }, []);
  useEffect(() => {
    const element = document.createElement("heliograph-devtools");
    const shadow = element.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    document.body.append(element);
    setRoot(shadow);
    return () => element.remove();
  }, [sheet]);
  return root;
}
