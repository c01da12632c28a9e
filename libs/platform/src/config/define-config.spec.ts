import { COMMON_CONFIG } from './common-config';
import { ConfigError, defineConfig, describeConfig, readConfig } from './define-config';
import { addresses, flag, list, oneOf, text, url, whole } from './variable';

const DEFINITION = defineConfig({
  NAME: text({ default: undefined, meaning: 'A name.' }),
  COUNT: whole({ default: 3, min: 1, max: 9, meaning: 'How many.' }),
  ON: flag({ default: false, meaning: 'Whether.' }),
  LEVEL: oneOf(['low', 'high'], { default: 'low', meaning: 'How much.' }),
  TAGS: list({ default: ['a'], meaning: 'Which.' }),
  PLACE: url(['http'], { default: undefined, secret: true, meaning: 'Where.' }),
  PEERS: addresses({ default: new Map(), meaning: 'Who else.' }),
});

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(DEFINITION, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}

it('an empty environment gives the defaults, and an empty variable counts as absent', () => {
  const defaults = { COUNT: 3, ON: false, LEVEL: 'low', TAGS: ['a'], PEERS: new Map() };
  expect(readConfig(DEFINITION, {})).toEqual(defaults);
  expect(readConfig(DEFINITION, { COUNT: '', LEVEL: '  ' })).toEqual(defaults);
});

it('values are read as their types', () => {
  const config = readConfig(DEFINITION, {
    NAME: ' x ',
    COUNT: '9',
    ON: 'true',
    LEVEL: 'high',
    TAGS: 'b, c,',
    PLACE: 'http://h:1',
    PEERS: 'a-b=http://h:2/,c=https://d',
  });
  expect(config).toEqual({
    NAME: 'x',
    COUNT: 9,
    ON: true,
    LEVEL: 'high',
    TAGS: ['b', 'c'],
    PLACE: 'http://h:1',
    PEERS: new Map([
      ['a-b', 'http://h:2'],
      ['c', 'https://d'],
    ]),
  });
});

it.each([
  ['kafka-0.kafka:9092, [::1]:9093', ['kafka-0.kafka:9092', '[::1]:9093']],
  ['kafka', undefined],
  ['kafka:0', undefined],
  ['kafka:65536', undefined],
  ['PLAINTEXT://kafka:9092', undefined],
  ['user@kafka:9092', undefined],
])('%j as servers with their ports', (value, expected) => {
  const read = () => readConfig(COMMON_CONFIG, { KAFKA_BROKERS: value }).KAFKA_BROKERS;
  if (expected) expect(read()).toEqual(expected);
  else expect(read).toThrow('KAFKA_BROKERS must be a comma list of host:port');
});

it('every wrong variable is named at once with what it must be, and no value is quoted', () => {
  const problems = problemsOf({ COUNT: '10', ON: 'yes', LEVEL: 'secret-value', PLACE: 'ftp://user:secret-value@h', PEERS: 'secret-value' });
  expect(problems).toEqual([
    'COUNT must be a whole number from 1 to 9 (How many.)',
    'ON must be true or false (Whether.)',
    'LEVEL must be one of low, high (How much.)',
    'PLACE must be a URL beginning with http:// (Where.)',
    'PEERS must be a comma list of name=http://host:port (Who else.)',
  ]);
});

it.each(['1.5', '0x3', '1e1', 'NaN', '', '４'])('a whole number is not written %s', (written) => {
  expect(problemsOf({ COUNT: written })).toHaveLength(written === '' ? 0 : 1);
});

it('the settings can be listed with type, default and meaning', () => {
  expect(describeConfig(DEFINITION)).toContainEqual({
    name: 'COUNT',
    type: 'whole number 1..9',
    default: '3',
    meaning: 'How many.',
    secret: false,
  });
  const common = describeConfig(COMMON_CONFIG);
  expect(common.find(({ name }) => name === 'DATABASE_URL')).toMatchObject({ default: '', secret: true });
  expect(common.find(({ name }) => name === 'HOST')).toMatchObject({ default: '127.0.0.1' });
  for (const { meaning } of common) expect(meaning).toMatch(/\.$/);
});
