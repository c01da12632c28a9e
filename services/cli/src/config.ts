import path from 'node:path';

export interface CliConfig {
  readonly url: string;
  readonly key: string | undefined;
  /** Where the project is: its presets and its entry points. */
  readonly home: string;
}

/** The settings of the command line itself. */
export const CLI_VARIABLES = [
  { name: 'PICLY_URL', type: 'url', default: 'http://127.0.0.1:3000', meaning: 'The system that commands talk to.' },
  { name: 'PICLY_KEY', type: 'text', default: '', meaning: 'The key they send; needed once keys exist.', secret: true },
] as const;

export function readCliConfig(env: NodeJS.ProcessEnv = process.env): CliConfig {
  const port = env['PORT'] && env['PORT'] !== '0' ? env['PORT'] : '3000';
  return {
    url: env['PICLY_URL'] || `http://127.0.0.1:${port}`,
    key: env['PICLY_KEY'] || undefined,
    home: path.resolve(__dirname, '../../../..'),
  };
}
