import type { Command } from 'commander';
import type { EraseFlags, PersonExportFlags } from './commands/erasure';
import type { CliConfig } from './config';
import { UserError } from './user-error';

const load = (): Promise<typeof import('./commands/erasure')> => import('./commands/erasure');

const HELP = `
Examples:
  picly person export --user ann --out ann.json          what is known of them, before it is gone
  picly erase --user ann
  picly erase --user ann --scrub                         also the bytes in the files of large tables, and of a server of its own
  picly erase list

An erasure cannot be undone. It goes on in the system when this command is interrupted, and after a restart.
Exit code: 0 done, 1 nothing is known of such a person and nothing changed. See docs/how-to/erase.md.`;

/** `picly erase` and `picly person export`. */
export function addErasure(program: Command, config: CliConfig, onExit: (code: number) => void): void {
  const erase = program
    .command('erase')
    .description('forget a person everywhere: log, read models, training data, dead letters')
    .option('--user <id>', 'the person, as the senders of events name them')
    .option(
      '--scrub',
      'also rewrite large tables, and overwrite the write-ahead log of a server that is not embedded; locks tables meanwhile',
    )
    .option('--no-wait', 'do not wait until it is done')
    .option('--json', 'the receipt as JSON')
    .addHelpText('after', HELP)
    .action(async ({ user, ...flags }: EraseFlags) => {
      if (user === undefined) throw new UserError('who is to be erased? (--user <id>)');
      onExit(await (await load()).erase({ ...flags, user }, config));
    });
  erase
    .command('list')
    .description('all erasures, the latest first')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => onExit(await (await load()).listErasures(flags, config)));
  erase
    .command('receipt <id>')
    .description('what an erasure touched, or how far it has come')
    .option('--json', 'as JSON')
    .action(async (id: string, flags: { json?: boolean }) => onExit(await (await load()).showReceipt(id, flags, config)));
  program
    .command('person')
    .description('what is known of one person')
    .command('export')
    .description('everything about one person as JSON: their events with all fields, and the rows that name them')
    .requiredOption('--user <id>', 'the person, as the senders of events name them')
    .option('--out <file>', 'where to (default: standard output)')
    .action(async (flags: PersonExportFlags) => onExit(await (await load()).exportPerson(flags, config)));
}
