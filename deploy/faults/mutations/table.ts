import type { Mutation } from './mutation';

/** The protections as a page: what is removed, where, and the test that then fails. */
export function mutationTable(mutations: readonly Mutation[]): string {
  const rows = mutations.map(
    ({ protection, removed, file, spec, test }) => `| ${protection} | ${removed} | \`${file}\` | \`${spec}\`: ${test} |`,
  );
  return [
    '# Protections, and the test that fails without each',
    '',
    'Written by `npm run generate` from `deploy/faults/mutations`. `npm run test:mutations` takes each protection away in a copy of the source,',
    'one at a time, and requires that its test passes before and fails after.',
    '',
    '| protection | what happens without it | where | the test that fails then |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
