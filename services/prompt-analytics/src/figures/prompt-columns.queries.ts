/** The counters of a prompt, from `prompt_totals` or `prompt_analytics` under an alias. */
export const counterColumns = (alias: string): string =>
  [
    ...[
      'r1',
      'r2',
      'r3',
      'r4',
      'r5',
      'quality_count',
      'quality_nanos',
      'quality_squares',
      'generations',
      'downloaded',
      'shared',
      'edited',
      'regenerated',
      'used',
    ],
    ...['downloads', 'shares', 'edits', 'regenerations', 'uses'],
  ]
    .map((column) => `${alias}.${column}`)
    .join(', ');

/** The engines a prompt was given to, in order. */
export const enginesOf = (promptHash: string): string =>
  `array(select e.engine from picly.prompt_analytics e where e.prompt_hash = ${promptHash} order by e.engine) as engines`;
