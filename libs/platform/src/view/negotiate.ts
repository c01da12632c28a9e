import type { ListFormat } from '../query/list-query';
import { ProblemError } from '../problem/problem-error';

const FORMAT_OF: Readonly<Record<string, ListFormat>> = {
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  'text/csv': 'csv',
  'text/*': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

interface Choice {
  readonly format: ListFormat;
  readonly weight: number;
  readonly exact: boolean;
}

function choiceOf(part: string): Choice | undefined {
  const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
  const format = FORMAT_OF[range];
  const q = parameters.find((each) => each.startsWith('q='));
  const weight = q === undefined ? 1 : Number(q.slice(2));
  return format === undefined || !(weight > 0) ? undefined : { format, weight, exact: !range.includes('*') };
}

/**
 * The form of a list by its Accept header: the heaviest that is known, JSON when there is no header or anything goes.
 * Throws `not_acceptable` when nothing known is accepted.
 */
export function formatByAccept(accept: string | undefined): ListFormat {
  if (accept === undefined || accept.trim() === '') return 'json';
  const choices = accept.split(',').flatMap((part) => choiceOf(part) ?? []);
  const [best] = choices.sort((a, b) => b.weight - a.weight || Number(b.exact) - Number(a.exact));
  if (!best) throw new ProblemError('not_acceptable', { detail: 'there are application/json, text/csv and application/x-ndjson' });
  return best.format;
}
