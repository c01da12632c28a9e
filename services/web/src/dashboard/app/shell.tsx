import { Suspense, useEffect, useRef, useState, type JSX } from 'react';
import { Icon } from '../parts/icon';
import { Link } from '../parts/link';
import { Empty, Loading } from '../parts/states';
import { ErrorBoundary } from './error-boundary';
import { FilterBar } from './filter-bar';
import { Finder } from './finder';
import { LiveControl } from './live-control';
import type { PageDefinition } from './page';
import { PAGES } from './pages';
import { usePlace } from './router';
import { LogOut, useSession } from './session';
import { ThemeChoice } from './theme-choice';

function Navigation({ current, close }: { readonly current: PageDefinition | undefined; readonly close: () => void }): JSX.Element {
  const { scopes } = useSession();
  return (
    <nav id="navigation" aria-label="Pages" onClick={close}>
      <ul>
        {PAGES.filter(({ scope }) => scopes.includes(scope)).map((page) => (
          <li key={page.path}>
            <Link to={page.path === '' ? [] : [page.path]} current={page === current}>
              <Icon name={page.icon} /> {page.title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** What is around every page. */
export function Shell(): JSX.Element {
  const { parts } = usePlace();
  const { scopes } = useSession();
  const [open, setOpen] = useState(false);
  const [path = '', ...rest] = parts;
  const page = PAGES.find((one) => one.path === path && scopes.includes(one.scope));
  const main = useRef<HTMLElement>(null);
  const where = parts.join('/');
  const before = useRef(where);
  useEffect(() => {
    const names = [page?.nameOf?.(rest), page?.title ?? 'Not found', 'Picly analytics'];
    document.title = names.filter((name) => name !== undefined).join(' · ');
    // Whoever followed a link by keyboard goes on reading where the new page begins.
    if (before.current !== where) main.current?.focus({ preventScroll: true });
    if (before.current !== where) window.scrollTo(0, 0);
    before.current = where;
  }, [page, where]);
  return (
    <div className={`shell ${open ? 'nav-open' : ''}`}>
      <a className="skip" href="#content">
        Skip to the figures
      </a>
      <header className="top">
        <button type="button" className="tool nav-toggle" aria-expanded={open} aria-controls="navigation" onClick={() => setOpen(!open)}>
          <Icon name={open ? 'close' : 'menu'} /> <span className="sr-only">Pages</span>
        </button>
        <span className="brand">Picly</span>
        <Finder />
        <span className="top-end">
          <LiveControl />
          <ThemeChoice />
          <LogOut />
        </span>
      </header>
      <Navigation current={page} close={() => setOpen(false)} />
      <main id="content" ref={main} tabIndex={-1}>
        {page === undefined ? (
          <Empty title="There is no such page">
            <Link to={[]}>Go to the overview</Link>
          </Empty>
        ) : (
          <PageFrame key={page.path} page={page} rest={rest} />
        )}
      </main>
    </div>
  );
}

function PageFrame({ page, rest }: { readonly page: PageDefinition; readonly rest: readonly string[] }): JSX.Element {
  const Page = page.component;
  return (
    <>
      <div className="page-head">
        <h1>
          {page.title} <span className="question">{page.question}</span>
        </h1>
        <FilterBar filters={page.filters} />
      </div>
      <ErrorBoundary>
        <Suspense fallback={<Loading />}>
          <Page rest={rest} />
        </Suspense>
      </ErrorBoundary>
    </>
  );
}
