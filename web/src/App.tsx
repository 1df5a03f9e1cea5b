import { DatabaseProvider, SyncProvider } from "@heliograph/client/react";
import { deleteStore } from "@heliograph/client/rxdb";
import { useCallback, useEffect, useRef } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { AuthProvider, useAuth } from "./auth/AuthProvider.tsx";
import { databaseName } from "./auth/database-name.ts";
import type { Ended, Person } from "./auth/session.ts";
import { Announcer } from "./components/Announcer.tsx";
import { config } from "./config.ts";
import { clearRetainedDrafts } from "./editing/draft-retention.ts";
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
import { RefreshProvider } from "./sync/refresh.tsx";

function Pages() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<HomePage />} />
        <Route path="projects" element={<ListPage entityCode="project" />} />
        <Route path="projects/new" element={<CreatePage entityCode="project" />} />
        <Route path="projects/:id" element={<ProjectPage />} />
        <Route path="tasks" element={<ListPage entityCode="task" />} />
        <Route path="tasks/new" element={<CreatePage entityCode="task" />} />
        <Route path="tasks/:id" element={<TaskPage />} />
        <Route path="records/:entityCode" element={<ListPage />} />
        <Route path="records/:entityCode/new" element={<CreatePage />} />
        <Route path="records/:entityCode/:id" element={<DetailPage />} />
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
function useLocalDataRemoval(person: Person | null, ended: Ended | null): void {
  const last = useRef<string>(undefined);
  useEffect(() => {
    if (person) last.current = databaseName(person);
    else if (ended === "left") {
      clearRetainedDrafts();
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
  useLocalDataRemoval(person, ended);
  if (!person) return <SignInPage />;
  const database = databaseName(person);
  return (
    <DatabaseProvider key={database} name={database} fallback={<Opening />}>
      <SyncProvider
        url={config.wsUrl}
        apiUrl={config.apiUrl}
        getToken={getToken}
        renewToken={renewToken}
        onAuthRequired={onAuthRequired}
      >
        <RefreshProvider>
          <Pages />
        </RefreshProvider>
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
