import { DatabaseProvider, SyncProvider } from "@heliograph/client/react";
import { deleteStore } from "@heliograph/client/rxdb";
import { useCallback, useEffect, useRef } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { AuthProvider, useAuth } from "./auth/AuthProvider.tsx";
import { databaseName } from "./auth/database-name.ts";
import type { Ended, Person } from "./auth/session.ts";
import { Announcer } from "./components/Announcer.tsx";
import { config } from "./config.ts";
import { entityCatalog } from "./db/entities.generated.ts";
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

/**
 * Hidden for the first second. Opening is usually instant, but another tab that upgrades the database can block it for
 * seconds.
 */
function OpeningDatabase() {
  return (
    <p role="status" className="animate-[appear_0s_1s_both] p-6 text-ink-3">
      Opening your data on this device…
    </p>
  );
}

/** Removes the user's data from the device on sign-out. An expired session keeps it, so that unsent changes survive. */
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

/** The pages behind sign-in. The key gives each user a separate store, so that no data of the previous user is left. */
function SignedIn() {
  const { person, ended, getToken, renewToken } = useAuth();
  // Tries once more before the session ends: the client may have given up for a reason that no longer holds.
  const onAuthRequired = useCallback(() => void renewToken().catch(() => {}), [renewToken]);
  useLocalDataRemoval(person, ended);
  if (!person) return <SignInPage />;
  const database = databaseName(person);
  return (
    <DatabaseProvider key={database} name={database} fallback={<OpeningDatabase />}>
      <SyncProvider
        url={config.wsUrl}
        apiUrl={config.apiUrl}
        entityTypes={entityCatalog}
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
