import { ApiError, createApiClient } from "@heliograph/client";
import { unsentWritesOfOthers } from "@heliograph/client/rxdb";
import { ArrowRight, LoaderCircle } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useAuth } from "../auth/AuthProvider.tsx";
import { databaseName } from "../auth/database-name.ts";
import { demoPassword, demoUsers } from "../auth/demo-users.ts";
import type { Session } from "../auth/session.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Button } from "../components/Button.tsx";
import { ConfirmDialog } from "../components/ConfirmDialog.tsx";
import { Logo } from "../components/Logo.tsx";
import { usePageTitle } from "../components/use-page-title.ts";
import { config } from "../config.ts";
import { errorText } from "../feedback/error-text.ts";

function describeRefusal(error: unknown): string {
  if (error instanceof ApiError && error.status === 401)
    return "The email address or password is incorrect. Check both and try again.";
  return errorText(error);
}

/** Unsent changes of another user that signing in would remove, and the session that is waiting. */
interface UnsentLoss {
  readonly count: number;
  readonly session: Session;
}

function useSignIn() {
  const { signIn } = useAuth();
  const [loss, setLoss] = useState<UnsentLoss>();
  const [busy, setBusy] = useState("");
  const [failure, setFailure] = useState("");
  async function attempt(email: string, password: string): Promise<void> {
    setBusy(email);
    setFailure("");
    try {
      const api = createApiClient({ baseUrl: config.apiUrl, getToken: () => null });
      const session = (await api.login(email, password)) as Session;
      const count = await unsentWritesOfOthers(databaseName(session.person));
      if (count === 0) return signIn(session);
      setLoss({ count, session });
      setBusy("");
    } catch (error) {
      setFailure(describeRefusal(error));
      setBusy("");
    }
  }
  return { busy, failure, attempt, loss, signIn, cancel: () => setLoss(undefined) };
}

/** Asks before signing in removes unsent changes of another user. A device keeps the data of one user only. */
function UnsentLossDialog({
  loss,
  signIn,
  cancel,
}: {
  loss: UnsentLoss;
  signIn: (session: Session) => void;
  cancel: () => void;
}) {
  const { expired } = useAuth();
  const other = expired ? `${expired.fname} ${expired.lname}` : "the previous user";
  const one = loss.count === 1;
  return (
    <ConfirmDialog
      title={`${one ? "1 change" : `${loss.count} changes`} by ${other} ${one ? "is" : "are"} not sent yet`}
      text={`Signing in as ${loss.session.person.fname} ${loss.session.person.lname} removes the data of ${other} from this device, and unsent changes are lost. To keep ${one ? "this change" : "these changes"}, ${other} must sign in first.`}
      confirm="Sign in and lose changes"
      onConfirm={() => signIn(loss.session)}
      onClose={cancel}
    />
  );
}

/** Sign-in with email and password, or with one press as a demo user. */
export function SignInPage() {
  const { ended } = useAuth();
  const { busy, failure, attempt, loss, signIn, cancel } = useSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const id = useId();
  usePageTitle("Sign in");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void attempt(email.trim(), password);
  };
  return (
    <main className="flex min-h-dvh items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="flex items-center gap-3">
          <Logo className="size-9" />
          <h1 className="font-semibold text-xl tracking-tight">Sign in to Heliograph</h1>
        </div>
        {ended === "expired" ? (
          <p role="status" className="mt-4 rounded-md bg-amber-bg px-3 py-2 text-amber-fg">
            Your session has ended. Sign in again to continue.
          </p>
        ) : null}
        <form onSubmit={submit} className="mt-6 space-y-4">
          <Field label="Email" type="email" autoComplete="username" value={email} onChange={setEmail} />
          <Field
            label="Password"
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
          />
          {failure ? (
            <p role="alert" className="text-danger text-sm">
              {failure}
            </p>
          ) : null}
          <Button type="submit" variant="solid" disabled={busy !== ""} className="h-9 w-full">
            {busy ? "Signing in…" : "Sign in"}
          </Button>
        </form>
        <section aria-labelledby={`${id}-demo`} className="mt-8">
          <h2 id={`${id}-demo`} className="text-ink-3 text-sm">
            Or sign in as a demo user
          </h2>
          <ul className="mt-2 divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">
            {demoUsers.map((user) => (
              <li key={user.email}>
                <button
                  type="button"
                  disabled={busy !== ""}
                  onClick={() => void attempt(user.email, demoPassword)}
                  className="group flex w-full items-center gap-3 px-3 py-2 text-left -outline-offset-2 enabled:hover:bg-hover"
                >
                  <Avatar name={user.name} size="md" />
                  <span className="min-w-0 flex-1">
                    <span className="block font-medium">{user.name}</span>
                    <span className="block truncate text-ink-3 text-sm">
                      {user.organization} · {user.role}
                    </span>
                  </span>
                  {busy === user.email ? (
                    <LoaderCircle className="size-4 animate-spin text-ink-3" aria-hidden="true" />
                  ) : (
                    <ArrowRight className="size-4 text-ink-3 opacity-0 group-hover:opacity-100" aria-hidden="true" />
                  )}
                </button>
              </li>
            ))}
          </ul>
        </section>
      </div>
      {loss ? <UnsentLossDialog loss={loss} signIn={signIn} cancel={cancel} /> : null}
    </main>
  );
}

interface FieldProps {
  readonly label: string;
  readonly type: "email" | "password";
  readonly autoComplete: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Field({ label, onChange, ...input }: FieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {label}
      </label>
      <input {...input} id={id} required onChange={(event) => onChange(event.target.value)} className="control h-9" />
    </div>
  );
}
