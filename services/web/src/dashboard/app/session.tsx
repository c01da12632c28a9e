import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useState, type FormEvent, type JSX, type ReactNode } from 'react';
import { ApiError, call } from '../api/client';
import { Failed, Loading } from '../parts/states';

/** What this browser may do. */
export interface Session {
  readonly authenticated: boolean;
  readonly scopes: readonly ('read' | 'admin')[];
  /** Whether somebody has logged in; false while no key is configured at all. */
  readonly session: boolean;
}

const ADDRESS = '/api/analytics/session';
export const SESSION_KEY = ['session'];

const SessionContext = createContext<Session>({ authenticated: false, scopes: [], session: false });

export const useSession = (): Session => useContext(SessionContext);
export const useMay = (scope: 'read' | 'admin'): boolean => useSession().scopes.includes(scope);

/** Shows what is inside to whoever may read, and to others the way in. */
export function SessionGate({ children }: { readonly children: ReactNode }): JSX.Element {
  const { data, error, refetch } = useQuery<Session, ApiError>({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => call<Session>(ADDRESS, { signal }),
    refetchInterval: 60_000,
  });
  if (data === undefined) {
    return (
      <main className="gate">
        {error === null ? <Loading what="the dashboard" /> : <Failed error={error} retry={() => void refetch()} />}
      </main>
    );
  }
  if (!data.authenticated) return <LoginPage />;
  return <SessionContext.Provider value={data}>{children}</SessionContext.Provider>;
}

function LoginPage(): JSX.Element {
  const client = useQueryClient();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const logIn = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    setBusy(true);
    try {
      client.setQueryData(SESSION_KEY, await call<Session>(ADDRESS, { method: 'POST', body: { key } }));
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : 'the server does not answer');
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="gate">
      <form className="login" onSubmit={(event) => void logIn(event)}>
        <h1>Picly analytics</h1>
        <p className="dim">Log in with a key that may read (scope read or admin).</p>
        <label>
          Key
          <input name="key" type="password" autoComplete="current-password" required maxLength={512} aria-describedby="login-problem" />
        </label>
        <p id="login-problem" role="alert" className="problem">
          {problem}
        </p>
        <button type="submit" className="primary" disabled={busy}>
          Log in
        </button>
        <p className="dim">
          Make one on the server: <code>npm run picly -- keys create --scopes read --name me</code>
        </p>
      </form>
    </main>
  );
}

export function LogOut(): JSX.Element | null {
  const { session } = useSession();
  const client = useQueryClient();
  if (!session) return null;
  const logOut = async (): Promise<void> => {
    const state = await call<Session>(ADDRESS, { method: 'DELETE' });
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
    client.setQueryData(SESSION_KEY, state);
  };
  return (
    <button type="button" className="tool" onClick={() => void logOut()}>
      Log out
    </button>
  );
}
