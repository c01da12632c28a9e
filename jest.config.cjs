const { readFileSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const path = require('node:path');

const { $schema: _, ...swc } = JSON.parse(readFileSync(path.join(__dirname, '.swcrc'), 'utf8'));
swc.jsc.baseUrl = __dirname;

/** Settings shared by the kinds of specs: pure, with Postgres, with Kafka, with a browser. */
const common = {
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/deploy', '<rootDir>/docs'],
  testEnvironment: 'node',
  transform: { '\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  moduleNameMapper: { '^@picly/([^/]+)$': '<rootDir>/libs/$1/src/index.ts' },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
};
const servers = (kind) => ({
  globalSetup: `<rootDir>/libs/testing/src/jest/${kind}-setup.ts`,
  globalTeardown: `<rootDir>/libs/testing/src/jest/${kind}-teardown.ts`,
});

/** A project's servers are started only when one of its specs is to run. */
module.exports = {
  // Ends what hangs; a slow machine is no failure.
  testTimeout: 120_000,
  // Specs wait for servers more than they compute: two at once also on two cores, where the default is one.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  reporters: ['default', 'summary', '<rootDir>/deploy/scripts/verdict-reporter.cjs'],
  projects: [
    { ...common, displayName: 'unit', testRegex: '(?<!\\.(pg|kafka|browser))\\.spec\\.ts$' },
    { ...common, displayName: 'pg', testRegex: '\\.pg\\.spec\\.ts$', ...servers('pg') },
    { ...common, displayName: 'kafka', testRegex: '\\.kafka\\.spec\\.ts$', ...servers('kafka') },
    { ...common, displayName: 'browser', testRegex: '\\.browser\\.spec\\.ts$', ...servers('pg') },
  ],
};
