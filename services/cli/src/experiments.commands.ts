import type { Command } from 'commander';
import { pair } from './commands/options';
import type { ChangeFlags } from './commands/experiments';
import type { CliConfig } from './config';

type OnExit = (code: number) => void;

const STATES = [
  { name: 'start', state: 'running', description: 'start a draft, or go on after a pause' },
  { name: 'pause', state: 'paused', description: 'enrol nobody for now' },
  { name: 'stop', state: 'stopped', description: 'end it without a winner' },
  { name: 'ship', state: 'shipped', description: 'end it: everybody gets the arm' },
  { name: 'roll-back', state: 'rolled_back', description: 'end it: everybody gets the control' },
] as const;

const EXAMPLES = `
Examples:
  picly experiments define button-colour.json
  picly experiments start button-colour --reason "copy is ready"
  picly experiments results button-colour
  picly experiments reweight button-colour --weight control=0.2 --weight green=0.8
  picly experiments ship button-colour --arm green

The definition is described in docs/how-to/run-an-experiment.md.`;

/** `picly experiments ...` */
export function addExperiments(program: Command, config: CliConfig, onExit: OnExit): void {
  const experiments = program.command('experiments').description('define, start, judge and end experiments').addHelpText('after', EXAMPLES);
  addReading(experiments, config, onExit);
  experiments
    .command('define <file>')
    .description('define an experiment by a JSON file; it starts as a draft')
    .option('--author <name>', 'for the history')
    .action(async (file: string, flags: ChangeFlags) => {
      const { defineExperiment } = await import('./commands/experiments');
      onExit(await defineExperiment(file, flags, config));
    });
  experiments
    .command('import <file>')
    .description('analyse a finished test from a unit-level file (.csv, .ndjson); nothing is kept')
    .requiredOption('--definition <file>', 'a JSON file: arms, metrics with their columns, unit_column, arm_column, design')
    .option('--json', 'everything, as JSON')
    .action(async (file: string, flags: { definition: string; json?: boolean }) => {
      const { importExperiment } = await import('./commands/experiments');
      onExit(await importExperiment(file, flags, config));
    });
  for (const { name, state, description } of STATES) {
    const command = experiments
      .command(`${name} <key>`)
      .description(description)
      .option('--author <name>', 'for the history')
      .option('--reason <text>', 'for the history');
    if (state === 'shipped') command.requiredOption('--arm <arm>', 'the arm everybody gets');
    command.action(async (key: string, flags: ChangeFlags) => {
      const { moveExperiment } = await import('./commands/experiments');
      onExit(await moveExperiment(key, { ...flags, state }, config));
    });
  }
  experiments
    .command('reweight <key>')
    .description('change the weights of a running experiment: a new phase')
    .requiredOption('--weight <arm=share>', 'weight of an arm (repeat for every arm)', pair, new Map<string, string>())
    .option('--author <name>', 'for the history')
    .option('--reason <text>', 'for the history')
    .action(async (key: string, flags: ChangeFlags & { weight: ReadonlyMap<string, string> }) => {
      const { reweightExperiment } = await import('./commands/experiments');
      onExit(await reweightExperiment(key, flags, config));
    });
}

function addReading(experiments: Command, config: CliConfig, onExit: OnExit): void {
  experiments
    .command('list')
    .description('all experiments that are defined')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => {
      const { listExperiments } = await import('./commands/experiments');
      onExit(await listExperiments(flags, config));
    });
  experiments
    .command('show <key>')
    .description('its definition, every change of it, every verdict; as JSON')
    .action(async (key: string) => {
      const { showExperiment } = await import('./commands/experiments');
      onExit(await showExperiment(key, config));
    });
  experiments
    .command('results <key>')
    .description('can it be shipped?')
    .option('--as-of <instant>', 'as it stood then')
    .option('--json', 'everything, as JSON')
    .action(async (key: string, flags: { asOf?: string; json?: boolean }) => {
      const { showResults } = await import('./commands/experiments');
      onExit(await showResults(key, flags, config));
    });
}
