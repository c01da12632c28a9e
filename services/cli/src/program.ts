import { Command, Option } from 'commander';
import { commaList, pair, whole } from './commands/options';
import type { CliConfig } from './config';
import type { ExportFlags } from './commands/export';
import type { ImportFlags } from './commands/import';
import type { CreateKeyFlags } from './commands/keys';
import { addProjectionCommands } from './commands/projections/commands';
import type { StatusFlags } from './commands/status';
import { addDeadLetters } from './dead-letters.commands';
import { addErasure } from './erasure.commands';
import { addExperiments } from './experiments.commands';
import { addLog } from './log.commands';

/** Hands the exit code of a finished command to the caller. */
export type OnExit = (code: number) => void;

/** All commands. What a command does is loaded when it is called, so that help and the others stay quick. */
export function createProgram(config: CliConfig, onExit: OnExit): Command {
  const program = new Command('picly')
    .description("Operate Picly's analytics: settings, status, projections, keys, import and export.")
    .addHelpText(
      'after',
      `\nThe system is found at ${config.url} (PICLY_URL), with the key in PICLY_KEY when keys are in use.\nAfter npm: npm run picly -- <command> ...`,
    )
    .showHelpAfterError('(picly help <command> shows how)')
    .exitOverride();
  addConfig(program, config, onExit);
  addStatus(program, config, onExit);
  addProjectionCommands(program, config, onExit);
  addKeys(program, config, onExit);
  addImport(program, config, onExit);
  addExport(program, config, onExit);
  addDeadLetters(program, config, onExit);
  addErasure(program, config, onExit);
  addExperiments(program, config, onExit);
  addLog(program, config, onExit);
  return program;
}

function addConfig(program: Command, config: CliConfig, onExit: OnExit): void {
  program
    .command('config')
    .description('every setting: name, type, default, meaning')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => {
      const { showConfig } = await import('./commands/config');
      onExit(await showConfig(flags, config));
    });
}

function addStatus(program: Command, config: CliConfig, onExit: OnExit): void {
  program
    .command('status')
    .description('services, projections, their positions and how far they are behind')
    .option('--partitions', 'every partition of every projection')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  picly status\n  picly status --partitions\n\nExit code 0 when all is well, 3 when something is behind by an error or not ready.',
    )
    .action(async (flags: StatusFlags) => {
      const { showStatus } = await import('./commands/status');
      onExit(await showStatus(flags, config));
    });
}

function addKeys(program: Command, config: CliConfig, onExit: OnExit): void {
  const keys = program.command('keys').description('API keys: create, list, revoke');
  keys
    .command('create')
    .description('make a key; it is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scopes <list>', 'of ingest:browser, ingest:server, read, admin; parted by commas', commaList)
    .option('--origins <list>', 'web origins that may use a browser key, parted by commas', commaList)
    .option('--events-per-minute <n>', 'most events a minute and sender', whole(1, 1_000_000))
    .addHelpText(
      'after',
      '\nExamples:\n  picly keys create --name backend --scopes ingest:server,read\n  picly keys create --name web --scopes ingest:browser --origins https://picly.example --events-per-minute 300',
    )
    .action(async (flags: CreateKeyFlags) => {
      const { createKey } = await import('./commands/keys');
      onExit(await createKey(flags, config));
    });
  keys
    .command('list')
    .description('all keys, without their secret')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => {
      const { listKeys } = await import('./commands/keys');
      onExit(await listKeys(flags, config));
    });
  keys
    .command('revoke <id>')
    .description('end a key, for good')
    .action(async (id: string) => {
      const { revokeKey } = await import('./commands/keys');
      onExit(await revokeKey(id, config));
    });
}

const IMPORT_HELP = `
Examples:
  picly import ratings.csv --map ratings --check       look for bad rows, send nothing
  picly import ratings.csv --map ratings
  picly import units.csv --map ab-units --set experiment=gate
  picly import events.ndjson.gz --map my-mapping.json

Importing a file twice changes nothing. An interrupted import goes on where it was when the same command is run again.
Exit code: 0 all rows taken, 2 some were rejected (see the report), 1 it could not go on, 130 interrupted.
The mapping document is described in docs/how-to/import.md.`;

function addImport(program: Command, config: CliConfig, onExit: OnExit): void {
  program
    .command('import <file...>')
    .description('load CSV, NDJSON or JSON files through the API')
    .requiredOption('--map <mapping>', 'a mapping document (.json), or the name of a preset: ratings, scores, purchases, ab-units')
    .option('--set <name=value>', 'set a parameter of the mapping (repeatable)', pair, new Map<string, string>())
    .addOption(new Option('--format <format>', 'when the name of the file does not tell').choices(['csv', 'ndjson', 'json', 'words']))
    .option('--check', 'check all rows against the mapping and the events, send nothing')
    .option('--batch <n>', 'events per request', whole(1, 1000), 500)
    .option('--in-flight <n>', 'requests at a time (default 4; 1 where rows have no time, to keep their order)', whole(1, 32))
    .option('--report <file>', 'where rejected rows are told (default <state>/<file>.rejected.ndjson)')
    .option('--state <folder>', 'where interrupted imports are remembered', '.picly/imports')
    .option('--restart', 'begin at the first row, whatever is remembered')
    .addHelpText('after', IMPORT_HELP)
    .action(async (files: string[], flags: ImportFlags) => {
      const { runImport } = await import('./commands/import');
      onExit(await runImport(files, flags, config));
    });
}

function addExport(program: Command, config: CliConfig, onExit: OnExit): void {
  program
    .command('export <list>')
    .description('all rows of a list of the API, such as ratings, models or top-prompts')
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'ndjson', 'json']).default('csv'))
    .option('--query <name=value>', 'a parameter of the list (repeatable)', pair, new Map<string, string>())
    .option('--out <file>', 'where to (default: standard output)')
    .addHelpText(
      'after',
      '\nExamples:\n  picly export ratings --query engine=flux-pro --out ratings.csv\n  picly export training-data/examples --format ndjson --out examples.ndjson',
    )
    .action(async (list: string, flags: ExportFlags) => {
      const { runExport } = await import('./commands/export');
      onExit(await runExport(list, flags, config));
    });
}
