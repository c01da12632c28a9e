const URL_NAME = 'PICLY_TEST_POSTGRES_URL';

/** The server the specs use. Set it from outside to test against a server of your own. */
export function testServerUrl(): string | undefined {
  return process.env[URL_NAME];
}

/** Hand the server to the worker processes, which inherit the environment. */
export function setTestServerUrl(url: string | undefined): void {
  if (url === undefined) delete process.env[URL_NAME];
  else process.env[URL_NAME] = url;
}

/** Folder of the public data sets that some specs use, when there is one on this machine. */
export function dataDir(): string | undefined {
  return process.env['PICLY_DATA_DIR'];
}

/** What processes started by specs inherit. */
export const ownEnvironment = (): NodeJS.ProcessEnv => process.env;
