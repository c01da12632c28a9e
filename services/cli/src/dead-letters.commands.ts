import { Option, type Command } from 'commander';
import type { AuthorFlags, ListFlags } from './commands/dead-letters';
import { whole } from './commands/options';
import type { CliConfig } from './config';

const CAUSES = [
  'undecodable',
  'unknown_type',
  'unsupported_version',
  'upcast_failed',
  'seal_broken',
  'fold_rejected',
  'database_rejected',
  'fold_failed',
  'behind',
];

const number = whole(1, Number.MAX_SAFE_INTEGER);
const numbers = (text: string, before: readonly number[] | undefined): readonly number[] => [...(before ?? []), number(text)];
const load = (): Promise<typeof import('./commands/dead-letters')> => import('./commands/dead-letters');

const HELP = `
Examples:
  picly dead-letters list --cause fold_rejected
  picly dead-letters show 12
  picly dead-letters show 12 --body > event.json         then edit event.json
  picly dead-letters fix 12 --data event.json --reason "a rating of 6"
  picly dead-letters replay --projection prompt-analytics --cause fold_failed
  picly dead-letters discard 12 --reason "a test of the widget"

Letters of one key are settled in their order. Exit code: 0 done, 1 refused and nothing changed, 2 some letters still fail.
See docs/how-to/dead-letters.md.`;

/** `picly dead-letters ...`: events that could not be folded. */
export function addDeadLetters(program: Command, config: CliConfig, onExit: (code: number) => void): void {
  const letters = program
    .command('dead-letters')
    .description('events that could not be folded: list, show, fix, replay, discard')
    .addHelpText('after', HELP);
  addReading(letters, config, onExit);
  addSettling(letters, config, onExit);
}

function filtered(command: Command): Command {
  return command
    .option('--projection <name>', 'only of this projection')
    .addOption(new Option('--cause <cause>', 'only with this kind of trouble').choices(CAUSES))
    .option('--code <code>', 'only with this particular reason')
    .option('--key <key>', 'only of this key');
}

function addReading(letters: Command, config: CliConfig, onExit: (code: number) => void): void {
  filtered(letters.command('list').description('the latest first'))
    .option('--event <id>', 'only of this event')
    .option('--limit <n>', 'most letters', whole(1, 1_000), 50)
    .option('--json', 'as JSON')
    .action(async (flags: ListFlags) => onExit(await (await load()).listLetters(flags, config)));
  letters
    .command('show')
    .argument('<id>', 'the number of the letter', number)
    .description('what it says as far as it can be read, and the bytes as they came')
    .option('--body', 'only the event, as it would be sent: to be edited')
    .option('--json', 'everything, as JSON')
    .action(async (id: number, flags: { json?: boolean; body?: boolean }) => onExit(await (await load()).showLetter(id, flags, config)));
  letters
    .command('history')
    .description('what was done, by whom and why')
    .option('--projection <name>', 'only of this projection')
    .option('--event <id>', 'only of this event')
    .option('--limit <n>', 'most lines', whole(1, 1_000), 50)
    .option('--json', 'as JSON')
    .action(async (flags: ListFlags) => onExit(await (await load()).showHistory(flags, config)));
}

function addSettling(letters: Command, config: CliConfig, onExit: (code: number) => void): void {
  const AUTHOR = 'who decides (default: the account of this machine)';
  letters
    .command('fix')
    .argument('<id>', 'the number of the letter', number)
    .description('put an edited copy in the place of the event, and fold it and those behind it; the original is kept')
    .requiredOption('--data <file>', 'the whole event as a sender would send it, as JSON')
    .option('--reason <text>', 'why')
    .option('--author <name>', AUTHOR)
    .action(async (id: number, flags: AuthorFlags & { data: string; reason?: string }) =>
      onExit(await (await load()).fixLetter(id, flags, config)),
    );
  filtered(letters.command('replay').argument('[id...]', 'the numbers of the letters', numbers))
    .description('fold letters again, each with those behind it, in their order')
    .option('--author <name>', AUTHOR)
    .action(async (ids: readonly number[] | undefined, flags: AuthorFlags & ListFlags) =>
      onExit(await (await load()).replayLetters(ids ?? [], flags, config)),
    );
  letters
    .command('discard')
    .argument('<id...>', 'the numbers of the letters', numbers)
    .description('leave events out for good; those behind them are folded')
    .requiredOption('--reason <text>', 'why; kept for good')
    .option('--author <name>', AUTHOR)
    .action(async (ids: readonly number[], flags: AuthorFlags & { reason: string }) =>
      onExit(await (await load()).discardLetters(ids, flags, config)),
    );
}
