/** The environment of processes of the product that benchmarks and faults start: ours, without what would change how the product runs, and `extra`. */
export function childEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { DATABASE_URL: _url, KAFKA_BROKERS: _brokers, DATA_DIR: _dir, ADMIN_KEY: _key, ...rest } = process.env;
  return { ...rest, LOG_LEVEL: 'warn', PORT: '0', ...extra };
}
