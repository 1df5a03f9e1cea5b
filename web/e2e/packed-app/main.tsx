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

/** The key of this type is a text in another column than `id`. */
const entityTypes = {
  customer: { keyColumns: ["code"], columns: ["code", "name"].map((name) => ({ name, baseType: "text" })) },
};

function Customers() {
  const { items } = useEntityList("customer", { sort: "name" });
  const { create } = useMutation("customer");
  return (
    <section>
      {items.map(({ $id }) => (
        <Customer key={$id} id={$id} />
      ))}
      <button type="button" onClick={() => void create({ code: "usr_new/…?&#%2F", name: "9 created" })}>
        Create
      </button>
    </section>
  );
}

function Customer({ id }: { id: string }) {
  const result = useEntity("customer", id);
  const { update } = useMutation("customer");
  if (result.status !== "ready") return <p>{result.status}</p>;
  return (
    <p className="customer" data-id={id}>
      {String(result.data["code"])}: {String(result.data["name"])}
      <button type="button" aria-label={`Edit ${id}`} onClick={() => void update(id, { name: "2 edited" })} />
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
        entityTypes={entityTypes}
        onAuthRequired={() => document.body.append("signed out")}
      >
        <Status />
        {location.hash === "#customers" ? <Customers /> : <Projects />}
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
