import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client';
import { againAfter } from './api/use-read';
import { SESSION_KEY, SessionGate } from './app/session';
import { Shell } from './app/shell';
import { applyTheme } from './app/theme';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/layout.css';
import './style/controls.css';
import './style/figures.css';
import './style/pages.css';

const RETRIES = 2;
const KEEP_MS = 10 * 60_000;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => error instanceof ApiError && error.retryable && failures < RETRIES,
      // Views tell when they move; only what failed is asked for again by itself.
      staleTime: 60_000,
      gcTime: KEEP_MS,
      refetchInterval: ({ state }) => againAfter(state.error),
      refetchOnWindowFocus: false,
      // The system may run on this very machine: being offline says nothing about it.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

client.getQueryCache().subscribe(({ query, type }) => {
  const error: unknown = query.state.error;
  const [first] = query.queryKey as readonly unknown[];
  const isLoggedOut = type === 'updated' && error instanceof ApiError && error.status === 401;
  if (isLoggedOut && first !== SESSION_KEY[0]) void client.invalidateQueries({ queryKey: SESSION_KEY });
});

applyTheme();
const host = document.getElementById('app');
if (host) {
  createRoot(host).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <SessionGate>
          <Shell />
        </SessionGate>
      </QueryClientProvider>
    </StrictMode>,
  );
}
