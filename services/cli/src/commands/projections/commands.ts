import { Option, type Command } from 'commander';
import type { CliConfig } from '../../config';
import { whole } from '../options';
import type { RebuildFlags } from './rebuild';

const version = whole(1, 1_000_000);

const REBUILD_HELP = `
Examples:
  picly rebuild prompt-analytics                     a new version from the log, compared, then shown
  picly rebuild prompt-analytics model-performance   both from one reading of the log
  picly rebuild prompt-analytics --show equal        shown only when nothing differs
  picly rebuild prompt-analytics --until 2026-03-01 --name before-march
  picly rebuild --progress                           what is under way, by partition
  picly rebuild --cancel prompt-analytics

The version that serves goes on folding and serving; the one before is kept for picly rollback. A rebuild goes on by itself when
the system is restarted. Exit code: 0 done, 1 refused or failed (readers are as before).`;

/** Versions of projections: rebuild, verify, activate, roll back, drop. */
export function addProjectionCommands(program: Command, config: CliConfig, onExit: (code: number) => void): void {
  program
    .command('rebuild [projection...]')
    .description('build projections anew from the log while they serve')
    .addOption(new Option('--show <when>', 'when readers see the new version').choices(['always', 'equal', 'never']))
    .option('--until <time or position>', 'a copy as of then, for inspection')
    .option('--name <name>', 'what the copy is called: it is read in schema picly_<name>')
    .option('--progress', 'what is under way')
    .option('--cancel', 'give up what is under way; nothing is changed')
    .option('--detach', 'do not wait for the end')
    .option('--json', 'as JSON')
    .addHelpText('after', REBUILD_HELP)
    .action(async (names: string[], flags: RebuildFlags) => onExit(await (await import('./rebuild')).rebuild(names, flags, config)));
  program
    .command('verify [projection...]')
    .description('fold the log again into a shadow and compare it with what serves')
    .option('--audit', 'only the cheap checks: counts, sums, identities')
    .option('--detach', 'do not wait for the end')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nWithout a name: all projections. Exit code: 0 nothing differs, 4 rows differ (they are named), 1 it could not be done.',
    )
    .action(async (names: string[], flags: { audit?: boolean; detach?: boolean; json?: boolean }) => {
      if (flags.audit) onExit(await (await import('./audit')).audit(names, flags, config));
      else onExit(await (await import('./rebuild')).verify(names, flags, config));
    });
  addSwitches(program, config, onExit);
}

function addSwitches(program: Command, config: CliConfig, onExit: (code: number) => void): void {
  program
    .command('activate <projection> <version>')
    .description('show readers a version that was built with --show never or kept')
    .action(async (name: string, wanted: string) => {
      onExit(await (await import('./rebuild')).switchTo('activate', name, version(wanted), config));
    });
  program
    .command('rollback <projection> [version]')
    .description('show readers the version they saw before')
    .action(async (name: string, wanted?: string) => {
      onExit(await (await import('./rebuild')).switchTo('rollback', name, wanted === undefined ? undefined : version(wanted), config));
    });
  program
    .command('drop <projection> [version]')
    .description('take a kept version away, or a copy (by its name), for good')
    .action(async (name: string, wanted?: string) => {
      onExit(await (await import('./rebuild')).drop(name, wanted, config));
    });
}
