import { Text, validateBody, Whole, Words, type FieldError } from '@picly/contracts';
import { SCOPES, type Scope } from '@picly/platform';
import { normalOrigin } from './origins';

/** What a new key is asked to be. */
export class NewKey {
  @Text({ min: 1, max: 200 }, { description: 'What the key is for.' })
  name!: string;

  @Words({ maxItems: 4, maxLength: 20 }, { description: `Some of ${SCOPES.join(', ')}.` })
  scopes!: Scope[];

  @Words({ maxItems: 50, maxLength: 300 }, { optional: true, description: 'Origins a browser may use it from; any when absent.' })
  origins?: string[];

  @Whole(
    { min: 1, max: 1_000_000 },
    { optional: true, description: 'Events a minute and sender address; 600 for a browser key when absent, else without limit.' },
  )
  events_per_minute?: number;
}

const isScope = (text: string): text is Scope => SCOPES.some((scope) => scope === text);

function checkScopes({ scopes }: NewKey): readonly FieldError[] {
  if (scopes.length === 0)
    return [{ pointer: '/scopes', code: 'required', message: `scopes must name at least one of ${SCOPES.join(', ')}` }];
  const unknown = scopes.flatMap((scope, n) =>
    isScope(scope) ? [] : [{ pointer: `/scopes/${n}`, code: 'one_of', message: `scopes/${n} must be one of ${SCOPES.join(', ')}` }],
  );
  if (unknown.length > 0) return unknown;
  // What is shown to every visitor of a page must not open anything else.
  const isMixed = scopes.includes('ingest:browser') && scopes.length > 1;
  return isMixed ? [{ pointer: '/scopes', code: 'browser_alone', message: 'a browser key is public and can have no other scope' }] : [];
}

/** A valid request for a key, or everything wrong with it. */
export function readNewKey(body: unknown): NewKey | readonly FieldError[] {
  const invalid = validateBody(NewKey, body);
  if (invalid.length > 0) return invalid;
  const wanted = Object.assign(new NewKey(), body);
  const origins = (wanted.origins ?? []).map(normalOrigin);
  const notOrigins = origins.flatMap((origin, n) =>
    origin === undefined
      ? [{ pointer: `/origins/${n}`, code: 'origin', message: `origins/${n} must be an origin such as https://picly.example` }]
      : [],
  );
  const errors = [...checkScopes(wanted), ...notOrigins];
  return errors.length > 0 ? errors : Object.assign(wanted, { origins: origins.filter((origin) => origin !== undefined) });
}
