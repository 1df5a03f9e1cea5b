import {
  DatabaseProvider,
  SyncProvider,
  useEntity,
  useEntityList,
  useMutation,
  useSyncStatus,
} from "@heliograph/client/react";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

// A fresh application on the packed packages. A test copies it into an empty project, builds it and runs it.

const Devtools = lazy(async () => {
  const { HeliographDevtools } = await import("@heliograph/client/devtools");
  return { default: HeliographDevtools };
});

interface Session {
  personId: string;
  token: string;
  renew: () => Promise<string | null>;
}
declare global {
  var session: Session;
}

function Status() {
  const { state, leader, stuck } = useSyncStatus();
  return (
    <p id="status">
      {state} {leader ? "leads" : "follows"} {stuck ? "stuck" : "well"}
    </p>
  );
}

function Projects() {
  const { status, items } = useEntityList("project", { sort: "name", limit: 20 });
  const [first] = items;
  return (
    <section>
      <p id="list">{status === "ready" ? `${items.length} projects` : status}</p>
      {first ? <Project id={String(first.$id)} /> : null}
    </section>
  );
}

function Project({ id }: { id: string }) {
  const result = useEntity("project", id);
  const { update } = useMutation("project");
  if (result.status !== "ready") return <p id="project">{result.status}</p>;
  const { data, version } = result;
  const atLeast: number = version;
  return (
    <p id="project" data-id={id} data-version={atLeast}>
      <span>{String(data.name)}</span>
      <button type="button" onClick={() => void update(id, { description: "by the fresh application" })}>
        Describe
      </button>
    </p>
  );
}

function App() {
  const { personId } = globalThis.session;
  return (
    <DatabaseProvider name={`heliograph-${personId}`} fallback={<p>Opening…</p>}>
      <SyncProvider
        url="/ws/sync"
        apiUrl="/api/v1"
        getToken={() => globalThis.session.token}
        renewToken={() => globalThis.session.renew()}
        onAuthRequired={() => document.body.append("signed out")}
      >
        <Status />
        <Projects />
        <Suspense>{location.hash === "#devtools" ? <Devtools /> : null}</Suspense>
      </SyncProvider>
    </DatabaseProvider>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
