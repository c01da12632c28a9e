import { Option, type Command } from 'commander';
import type { CopyFlags } from './commands/log-copy';
import { commaList } from './commands/options';
import type { CliConfig } from './config';

const HELP = `
These commands work on the database and the log themselves, with the settings of the system: DATABASE_URL or DATA_DIR, KAFKA_BROKERS.

Examples:
  picly log copy --to kafka --brokers 127.0.0.1:9092              while the system runs; as often as you like
  picly log copy --to kafka --brokers 127.0.0.1:9092 --cut-over   then start it with KAFKA_BROKERS

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
  log
    .command('unseal')
    .description('give up a move: the log of the database takes events again')
    .option('--force', 'although everything was moved: when nothing was ever started on the new log')
    .action(async (flags: { force?: boolean }) => {
      const { runUnseal } = await import('./commands/log-copy');
      onExit(await runUnseal(flags, config));
    });
}
