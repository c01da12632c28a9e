import { useState, type FormEvent, type JSX } from 'react';
import { Icon } from '../parts/icon';
import { followLink } from './router';
import { readViews, withView, writeViews, type SavedView } from './saved-views';

function stored(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** Places kept under a name in this browser. */
export function SavedViews(): JSX.Element {
  const [views, setViews] = useState<readonly SavedView[]>(() => readViews(stored() ?? { getItem: () => null }));
  const [problem, setProblem] = useState('');
  const keep = (next: readonly SavedView[]): void => {
    setViews(next);
    const storage = stored();
    setProblem(storage && writeViews(storage, next) ? '' : 'This browser keeps nothing: the view is gone with the page.');
  };
  const save = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('name');
    const name = typeof given === 'string' ? given.trim() : '';
    if (name === '') return;
    keep(withView(views, { name, address: window.location.pathname + window.location.search }));
    event.currentTarget.reset();
  };
  return (
    <details className="menu">
      <summary className="tool">
        <Icon name="bookmark" /> Saved views
      </summary>
      <div className="menu-items saved">
        {views.length === 0 && <p className="dim">None yet. A view is this page with its filters.</p>}
        {views.map((view) => (
          <div key={view.name} className="saved-row">
            <a href={view.address} onClick={followLink}>
              {view.name}
            </a>
            <button type="button" aria-label={`Forget ${view.name}`} onClick={() => keep(views.filter((one) => one !== view))}>
              <Icon name="close" />
            </button>
          </div>
        ))}
        <form onSubmit={save}>
          <label>
            <span>Save this view as</span>
            <input name="name" maxLength={80} required />
          </label>
          <button type="submit">Save</button>
        </form>
        {problem !== '' && <p role="alert">{problem}</p>}
      </div>
    </details>
  );
}
