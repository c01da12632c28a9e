import { Option, type Command } from 'commander';
import type { ExportFlags, ImportFlags } from './commands/log-backup';
import type { CopyFlags } from './commands/log-copy';
import { commaList } from './commands/options';
import type { CliConfig } from './config';

const HELP = `
These commands work on the database and the log themselves, with the settings of the system: DATABASE_URL or DATA_DIR, KAFKA_BROKERS.

Examples:
  picly log copy --to kafka --brokers 127.0.0.1:9092              while the system runs; as often as you like
  picly log copy --to kafka --brokers 127.0.0.1:9092 --cut-over   then start it with KAFKA_BROKERS

  picly log export backup.picly                  and backup.picly.keys, the keys of persons
  picly log import backup.picly                  into a fresh system that is not running

See docs/how-to/move-to-kafka.md and docs/how-to/back-up-and-restore.md.`;

/** `picly log ...`: moving, backing up and keeping the event log. */
export function addLog(program: Command, config: CliConfig, onExit: (code: number) => void): void {
  const log = program.command('log').description('the event log: copy to Kafka, back up, restore').addHelpText('after', HELP);
  log
    .command('copy')
    .description('copy the log of the database to Kafka, at the same offsets; goes on where it was stopped')
    .addOption(new Option('--to <log>', 'where to').choices(['kafka']).makeOptionMandatory())
    .option('--brokers <list>', 'host:port of some brokers (default: KAFKA_BROKERS)', commaList)
    .option('--cut-over', 'at the end the old log takes nothing more: senders get 503 and send again once the system runs on Kafka')
    .action(async (flags: CopyFlags) => {
      const { runLogCopy } = await import('./commands/log-copy');
      onExit(await runLogCopy(flags, config));
    });
  addBackup(log, config, onExit);
  log
    .command('unseal')
    .description('give up a move: the log of the database takes events again')
    .option('--force', 'although everything was moved: when nothing was ever started on the new log')
    .action(async (flags: { force?: boolean }) => {
      const { runUnseal } = await import('./commands/log-copy');
      onExit(await runUnseal(flags, config));
    });
}

function addBackup(log: Command, config: CliConfig, onExit: (code: number) => void): void {
  log
    .command('export <file>')
    .description('the whole log in one file with checksums; the keys of persons in another')
    .option('--keys <file>', 'where the keys go (default: <file>.keys)')
    .option('--without-keys', 'no keys')
    .action(async (file: string, flags: ExportFlags) => {
      const { runLogExport } = await import('./commands/log-backup');
      onExit(await runLogExport(file, flags, config));
    });
  log
    .command('keys <file>')
    .description('only the keys of persons and the record of who is erased: after every erasure')
    .action(async (file: string) => {
      const { runKeysExport } = await import('./commands/log-backup');
      onExit(await runKeysExport(file, config));
    });
  log
    .command('import <file>')
    .description('restore an exported log into a fresh system; everything is checked before anything is written')
    .option('--keys <file>', 'the keys of persons (default: <file>.keys)')
    .option('--without-keys', 'every person as if erased')
    .option('--erasures <file>', 'a newer file of keys: whoever is erased there stays erased')
    .action(async (file: string, flags: ImportFlags) => {
      const { runLogImport } = await import('./commands/log-backup');
      onExit(await runLogImport(file, flags, config));
    });
}
