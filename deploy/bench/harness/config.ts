import { existsSync } from 'node:fs';

/** The environment of processes of the product that benchmarks and faults start: ours, without what would change how the product runs, and `extra`. */
export function childEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { DATABASE_URL: _url, KAFKA_BROKERS: _brokers, DATA_DIR: _dir, ADMIN_KEY: _key, ...rest } = process.env;
  return { ...rest, LOG_LEVEL: 'warn', PORT: '0', ...extra };
}

/** The Chromium of this machine: `PICLY_TEST_CHROMIUM`, else where systems put it. */
export function chromiumPath(): string {
  const places = [process.env['PICLY_TEST_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = places.find((file) => file !== undefined && existsSync(file));
  if (found === undefined) throw new Error('there is no Chromium: install it or set PICLY_TEST_CHROMIUM');
  return found;
}
