import { DatabaseProvider, SyncProvider } from "@heliograph/client/react";
import { deleteStore } from "@heliograph/client/rxdb";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { AuthProvider, useAuth } from "./auth/AuthProvider.tsx";
import { databaseOf } from "./auth/database-name.ts";
import type { Ended, Person } from "./auth/session.ts";
import { Announcer } from "./components/Announcer.tsx";
import { config } from "./config.ts";
import { forgetDrafts } from "./editing/draft-vault.ts";
import { ErrorBoundary } from "./feedback/ErrorBoundary.tsx";
import { NewVersion } from "./offline/NewVersion.tsx";
import { ChangesPage } from "./pages/ChangesPage.tsx";
import { HomePage } from "./pages/HomePage.tsx";
import { NotFoundPage } from "./pages/NotFoundPage.tsx";
import { ProjectPage } from "./pages/ProjectPage.tsx";
import { CreatePage, DetailPage, ListPage } from "./pages/RecordPages.tsx";
import { SearchPage } from "./pages/SearchPage.tsx";
import { SignInPage } from "./pages/SignInPage.tsx";
import { TaskPage } from "./pages/TaskPage.tsx";
import { Shell } from "./shell/Shell.tsx";
import { RefreshContext } from "./sync/refresh.tsx";

function Refreshable({ children }: { children: ReactNode }) {
  const [generation, setGeneration] = useState(0);
  const refresh = useCallback(() => setGeneration((before) => before + 1), []);
  const value = useMemo(() => ({ generation, refresh }), [generation, refresh]);
  return <RefreshContext.Provider value={value}>{children}</RefreshContext.Provider>;
}

function Pages() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<HomePage />} />
        <Route path="projects" element={<ListPage code="project" />} />
        <Route path="projects/new" element={<CreatePage code="project" />} />
        <Route path="projects/:id" element={<ProjectPage />} />
        <Route path="tasks" element={<ListPage code="task" />} />
        <Route path="tasks/new" element={<CreatePage code="task" />} />
        <Route path="tasks/:id" element={<TaskPage />} />
        <Route path="records/:code" element={<ListPage />} />
        <Route path="records/:code/new" element={<CreatePage />} />
        <Route path="records/:code/:id" element={<DetailPage />} />
        <Route path="changes" element={<ChangesPage />} />
        <Route path="search" element={<SearchPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}

/** Usually gone before it is seen; another tab in the middle of an upgrade can keep the database for some seconds. */
function Opening() {
  return (
    <p role="status" className="animate-[appear_0s_1s_both] p-6 text-ink-3">
      Opening the database on this device…
    </p>
  );
}

/** Whoever signs out takes everything with him; whose session merely ended comes back to what he had not sent. */
function useForgetting(person: Person | null, ended: Ended | null): void {
  const last = useRef<string>(undefined);
  useEffect(() => {
    if (person) last.current = databaseOf(person);
    else if (ended === "left") {
      forgetDrafts();
      if (last.current) void deleteStore(last.current);
      last.current = undefined;
    }
  }, [person, ended]);
}

/** What needs a signed-in person. The key gives each of them a store of their own: nothing is left of the one before. */
function SignedIn() {
  const { person, ended, getToken, renewToken } = useAuth();
  // Ends the session if there is really no other token; the client may have given up for a reason that has passed.
  const onAuthRequired = useCallback(() => void renewToken().catch(() => {}), [renewToken]);
  useForgetting(person, ended);
  if (!person) return <SignInPage />;
  const database = databaseOf(person);
  return (
    <DatabaseProvider key={database} name={database} fallback={<Opening />}>
      <SyncProvider
        url={config.wsUrl}
        apiUrl={config.apiUrl}
        getToken={getToken}
        renewToken={renewToken}
        onAuthRequired={onAuthRequired}
      >
        <Refreshable>
          <Pages />
        </Refreshable>
      </SyncProvider>
    </DatabaseProvider>
  );
}

export function App() {
  return (
    <AuthProvider>
      <BrowserRouter>
        <Announcer>
          <ErrorBoundary>
            <SignedIn />
          </ErrorBoundary>
          <NewVersion />
        </Announcer>
      </BrowserRouter>
    </AuthProvider>
  );
}
