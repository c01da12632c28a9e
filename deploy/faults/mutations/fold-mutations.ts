import type { Mutation } from './mutation';

const CHECKPOINTS = 'libs/projections/src/checkpoints.ts';
const FOLD = 'libs/projections/src/fold-transaction.ts';
const FOLD_SPEC = 'libs/projections/src/fold-transaction.pg.spec.ts';
const RUNNER_SPEC = 'libs/projections/src/runner.pg.spec.ts';
const POISON_SPEC = 'libs/projections/src/poison.pg.spec.ts';
const WAITING_SPEC = 'libs/projections/src/dead-letters/waiting.pg.spec.ts';

/** What makes every event count exactly once in every view. */
export const FOLD_MUTATIONS: readonly Mutation[] = [
  {
    protection: 'fence: number of the claim',
    removed: 'the checkpoint moves whoever has claimed the partition meanwhile',
    file: CHECKPOINTS,
    edits: [{ find: 'and c.next_offset = g.expected and c.epoch = g.epoch and', replace: 'and c.next_offset = g.expected and' }],
    spec: FOLD_SPEC,
    test: 'one partition claimed by another is enough: rows, ids, letters and positions stay as they were',
  },
  {
    protection: 'fence: position',
    removed: 'the checkpoint moves wherever it stands',
    file: CHECKPOINTS,
    edits: [{ find: 'and c.next_offset = g.expected and c.epoch = g.epoch and', replace: 'and c.epoch = g.epoch and' }],
    spec: FOLD_SPEC,
    test: 'a batch whose commit took effect unnoticed is told from a fence, with the position it has now',
  },
  {
    protection: 'fence: all or nothing',
    removed: 'a batch is folded although some of its partitions were refused',
    file: CHECKPOINTS,
    edits: [{ find: 'if (row && moved.size === moves.length) return row;', replace: 'if (row) return row;' }],
    spec: FOLD_SPEC,
    test: 'one partition claimed by another is enough: rows, ids, letters and positions stay as they were',
  },
  {
    protection: 'fence: where a refused batch stands',
    removed: 'what the refused step itself had moved counts as committed',
    file: CHECKPOINTS,
    edits: [{ find: 'claimOf(isMoved ? { ...row, next_offset: nextOffset } : row)', replace: 'claimOf(isMoved ? row : row)' }],
    spec: FOLD_SPEC,
    test: 'of a batch of which a part was committed unnoticed is told where each partition stands, not where the refused step had moved it',
  },
  {
    protection: 'check of ids',
    removed: 'events whose ids were folded before are folded again',
    file: 'libs/projections/src/processed-events.ts',
    edits: [
      { find: 'return [...byId.values()].filter((event) => fresh.has(event.id));', replace: 'return fresh.size < 0 ? [] : [...events];' },
    ],
    spec: RUNNER_SPEC,
    test: 'counts an event id once: in a batch, across batches, after a restart',
  },
  {
    protection: 'positions in the transaction of the rows',
    removed: 'the checkpoint is moved in a transaction of its own, before the rows',
    file: FOLD,
    edits: [
      {
        find: 'async function moved({ sql, keys }: Inside, projection: Projection, work: FoldWork)',
        replace:
          'async function moved({ sql, keys, pool }: Inside & { readonly pool: Inside["sql"] }, projection: Projection, work: FoldWork)',
      },
      { find: 'await moveCheckpoints(sql, projection,', replace: 'await moveCheckpoints(pool, projection,' },
    ],
    spec: WAITING_SPEC,
    test: 'a lost connection parks nothing: the partition waits, and goes on by itself',
  },
  {
    protection: 'COMMIT is believed only when it says so',
    removed: 'a COMMIT that was answered with ROLLBACK counts as one',
    file: 'libs/database/src/transaction.ts',
    edits: [{ find: "if (answer !== 'COMMIT') throw new TransactionAbortedError(answer);", replace: 'void answer;' }],
    spec: 'libs/database/src/database.pg.spec.ts',
    test: 'is refused when an error inside was swallowed, as COMMIT then rolls back in silence',
  },
  {
    protection: 'order behind dead letters, in later batches',
    removed: 'events behind a dead letter of an earlier batch are folded',
    file: FOLD,
    edits: [
      {
        find: 'heed.letters ? await blockedSequences(sql, projection, records) : new Set<string>()',
        replace: 'new Set<string>()',
      },
    ],
    spec: POISON_SPEC,
    test: 'of the same key park too, in order, in the same batch and later; other keys and topics flow',
  },
  {
    protection: 'order behind dead letters, in the same batch',
    removed: 'events behind one that was just parked are folded',
    file: FOLD,
    edits: [
      {
        find: 'this.blocked.set(sequence, Math.min(one.record.offset, this.blocked.get(sequence) ?? one.record.offset));\n',
        replace: '',
      },
    ],
    spec: POISON_SPEC,
    test: 'of the same key park too, in order, in the same batch and later; other keys and topics flow',
  },
  {
    protection: 'trouble of the infrastructure parks nothing',
    removed: 'an error that passes is taken for the event’s own fault',
    file: 'libs/projections/src/failure.ts',
    edits: [{ find: "if (passes(error)) return 'transient';", replace: "if (passes(error)) return 'poison';" }],
    spec: WAITING_SPEC,
    test: 'a deadlock parks nothing: the partition waits, and goes on by itself',
  },
  {
    protection: 'what the database has forgotten is folded again',
    removed: 'positions are never compared with the stored ones',
    file: 'libs/projections/src/forgotten-commits.ts',
    edits: [{ find: 'this.timer = setInterval(() => void this.look(), this.deps.everyMs);\n    this.timer.unref();\n', replace: '' }],
    spec: RUNNER_SPEC,
    test: 'what the database has forgotten although it had answered the commit is folded again, also when nothing more comes',
  },
  {
    protection: 'a switch waits for the version to come up',
    removed: 'readers are shown a version whatever it has folded',
    file: 'libs/projections/src/rebuild/switch.ts',
    edits: [{ find: 'if (!(await comesUp(sql, to, { from, signal: options.signal }))) throw new StillBehind();\n', replace: '' }],
    spec: 'libs/projections/src/rebuild/refusals.pg.spec.ts',
    test: 'a rollback to a version that nobody folds is given up, and readers stay where they are',
  },
  {
    protection: 'fence: destroyed keys',
    removed: 'events that were opened with a key destroyed meanwhile are folded',
    file: CHECKPOINTS,
    edits: [{ find: 'and c.epoch = g.epoch and c.keys_as_of <= $10', replace: 'and c.epoch = g.epoch and $10::bigint >= 0' }],
    spec: 'services/standalone/src/erasure.pg.spec.ts',
    test: 'are folded without the person, also by a process that still remembers the key',
  },
  {
    protection: 'erasure reaches the read models',
    removed: 'what a version has folded of an erased person stays as it is',
    file: 'libs/erasure/src/clean-version.ts',
    edits: [{ find: 'await cleaning.clean(page);\n', replace: '' }],
    spec: 'services/standalone/src/erasure.pg.spec.ts',
    test: 'leaves every table as a rebuild of the log without the key makes it, and says what was touched',
  },
];
