import { useId, useState, type JSX, type KeyboardEvent } from 'react';
import type { List, PromptRow, RatingRow } from '../api/rows';
import { useRead } from '../api/use-read';
import { counted, percent } from '../format/numbers';
import { PAGES } from './pages';
import { addressOf, go, usePlace } from './router';
import { useSession } from './session';
import { useEngines } from './use-engines';
import { filtersOnly } from './use-filters';

interface Found {
  readonly kind: string;
  readonly name: string;
  readonly fact: string;
  readonly parts: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
}

const MOST_PROMPTS = 6;
const MOST_EXPERIMENTS = 5;

/** Experiments whose name has the text. */
function useExperiments(text: string): readonly Found[] {
  const { result } = useRead<List<{ readonly experiment: string; readonly units: number }>>(
    'experiments',
    { limit: 200 },
    { views: [], enabled: text !== '' },
  );
  return (result.data?.data ?? [])
    .filter(({ experiment }) => experiment.toLowerCase().includes(text.toLowerCase()))
    .slice(0, MOST_EXPERIMENTS)
    .map(({ experiment, units }) => ({
      kind: 'Experiment',
      name: experiment,
      fact: counted(units, 'person', 'people'),
      parts: ['experiments', experiment],
    }));
}

/** The person of exactly this id, for administrators who have logged in: nobody browses through people. */
function usePerson(text: string): readonly Found[] {
  const { scopes, session } = useSession();
  const mayFind = session && scopes.includes('admin') && text.length <= 200;
  const query = { user_id: text, limit: 1, min_rating: 1 };
  const { result } = useRead<List<RatingRow>>('ratings', query, { views: [], enabled: mayFind && text !== '' });
  const [rating] = result.data?.data ?? [];
  if (rating?.user_id !== text) return [];
  return [{ kind: 'Person', name: text, fact: 'what they rated', parts: ['ratings'], query: { person: text } }];
}

function useFound(text: string): readonly Found[] {
  const { scopes } = useSession();
  const { names } = useEngines();
  const { result } = useRead<List<PromptRow>>('prompts', { search: text, limit: MOST_PROMPTS }, { views: [], enabled: text !== '' });
  const experiments = useExperiments(text);
  const people = usePerson(text);
  if (text === '') return [];
  const has = (name: string): boolean => name.toLowerCase().includes(text.toLowerCase());
  return [
    ...PAGES.filter(({ title, scope }) => has(title) && scopes.includes(scope)).map(({ title, path }) => ({
      kind: 'Page',
      name: title,
      fact: '',
      parts: path === '' ? [] : [path],
    })),
    ...people,
    ...names.filter(has).map((name) => ({ kind: 'Engine', name, fact: '', parts: ['engines'], query: { engine: name } })),
    ...experiments,
    ...(result.data?.data ?? []).map(({ prompt, prompt_hash: hash, success_rate: rate }) => ({
      kind: 'Prompt',
      name: prompt,
      fact: `success ${percent(rate)}`,
      parts: ['prompts', hash],
    })),
  ];
}

/** Type to find pages, engines, experiments, prompts and, for administrators, a person; arrow keys choose, Enter goes. */
export function Finder(): JSX.Element {
  const id = useId();
  const { params } = usePlace();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const [open, setOpen] = useState(false);
  const found = useFound(text.trim());
  const isOpen = open && text.trim() !== '';
  const visit = (item: Found | undefined): void => {
    if (!item) return;
    const next = filtersOnly(params);
    for (const [name, value] of Object.entries(item.query ?? {})) next.set(name, value);
    go(addressOf(item.parts, next));
    setText('');
    setOpen(false);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setChosen(Math.min(found.length - 1, chosen + 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(0, chosen - 1));
    else if (event.key === 'Enter') visit(found[chosen]);
    else if (event.key === 'Escape') setOpen(false);
    else return;
    event.preventDefault();
  };
  return (
    <div className="finder">
      <input
        type="search"
        role="combobox"
        aria-label="Find prompts, engines, experiments and pages"
        aria-expanded={isOpen}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length > 0 ? `${id}-${chosen}` : undefined}
        placeholder="Find prompts, engines, experiments, pages"
        value={text}
        maxLength={200}
        onChange={({ target }) => {
          setText(target.value);
          setChosen(0);
          setOpen(true);
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={onKey}
      />
      <FoundList id={id} found={found} chosen={chosen} isOpen={isOpen} visit={visit} />
    </div>
  );
}

interface FoundListProps {
  readonly id: string;
  readonly found: readonly Found[];
  readonly chosen: number;
  readonly isOpen: boolean;
  readonly visit: (item: Found) => void;
}

function FoundList({ id, found, chosen, isOpen, visit }: FoundListProps): JSX.Element {
  return (
    <ul id={id} role="listbox" aria-label="Found" hidden={!isOpen}>
      {found.map((item, i) => (
        <li
          key={`${item.kind} ${item.name} ${i}`}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === chosen}
          onMouseDown={(event) => {
            event.preventDefault();
            visit(item);
          }}
        >
          <span className="kind">{item.kind}</span> <span className="found-name">{item.name}</span> <span className="dim">{item.fact}</span>
        </li>
      ))}
      {found.length === 0 && (
        <li role="option" aria-selected={false} aria-disabled>
          Nothing found
        </li>
      )}
    </ul>
  );
}
