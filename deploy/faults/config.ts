/** The environment of the product's processes: ours, without what would change how they run, and `extra`. */
export function childEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { DATABASE_URL: _url, KAFKA_BROKERS: _brokers, DATA_DIR: _dir, ADMIN_KEY: _key, ...rest } = process.env;
  return { ...rest, LOG_LEVEL: 'warn', PORT: '0', ...extra };
}
