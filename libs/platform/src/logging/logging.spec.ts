import { createLogger } from './logger';
import { prettyLine } from './pretty-line';

function logged(write: (logger: ReturnType<typeof createLogger>) => void, pretty = false): string {
  let text = '';
  write(createLogger({ name: 'gateway', level: 'info', pretty, destination: { write: (line) => void (text += line) } }));
  return text;
}

it('a line is one JSON object with level, time, name and message', () => {
  const line = JSON.parse(logged((logger) => logger.info({ topic: 't' }, 'hello'))) as Record<string, unknown>;
  expect(line).toMatchObject({ level: 'info', name: 'gateway', topic: 't', msg: 'hello' });
  expect(line['time']).toMatch(/^\d{4}-.*Z$/);
});

it('lines below the level are not written', () => {
  expect(logged((logger) => logger.debug('hello'))).toBe('');
});

it('an error is logged with type, code, message, stack and causes, and nothing else it carries', () => {
  const cause = Object.assign(new Error('invalid input syntax for type uuid: "alice@example.com"'), {
    code: '22P02',
    where: 'alice@example.com',
  });
  const error = Object.assign(new Error('could not fold', { cause }), {
    parameters: ['alice@example.com'],
    body: { prompt: 'alice@example.com' },
  });
  const text = logged((logger) => logger.error({ err: error }, 'trouble'));
  expect(text).not.toContain('alice@example.com');
  expect(JSON.parse(text)).toMatchObject({
    err: { type: 'Error', message: 'could not fold', cause: { code: '22P02', message: 'the database refused a value' } },
  });
});

it('something thrown that is no error is not printed', () => {
  expect(logged((logger) => logger.error({ err: 'alice@example.com' }, 'trouble'))).not.toContain('alice@example.com');
});

it('on a terminal it is one readable line', () => {
  const text = logged((logger) => logger.warn({ topic: 'a.b', why: 'two words' }, 'hello'), true);
  expect(text).toMatch(/^\d\d:\d\d:\d\d warn {2}hello topic=a\.b why="two words"\n$/);
  expect(
    prettyLine(
      '{"level":"error","time":"2026-01-01T10:00:00Z","name":"x","msg":"m","err":{"type":"T","message":"why","stack":"    at x"}}\n',
    ),
  ).toBe('10:00:00 error m T: why\n    at x\n');
});
