import { EnvelopeError } from '@picly/contracts';
import { DatabaseUnavailableError } from '@picly/database';
import { SealError } from '@picly/personal-data';
import { PoisonEventError } from './errors';
import { describe as inWords, kindOf, poisonOf } from './failure';

const sqlError = (code: string, message = 'no', fields: object = {}): Error =>
  Object.assign(new Error(message), { severity: 'ERROR', code, ...fields });

describe('what becomes of an event when its fold fails', () => {
  it.each([
    ['22P02', 'poison'],
    ['23514', 'poison'],
    ['21000', 'poison'],
    ['54000', 'poison'],
    ['P0001', 'poison'],
    ['40001', 'transient'],
    ['40P01', 'transient'],
    ['53300', 'transient'],
    ['57P01', 'transient'],
    ['08006', 'transient'],
    ['55P03', 'transient'],
    ['42P01', 'fault'],
    ['42703', 'fault'],
    ['XX000', 'fault'],
  ])('SQLSTATE %s is %s', (code, kind) => {
    expect(kindOf(sqlError(code))).toBe(kind);
  });

  it.each<[string, Error, string]>([
    ['a refusal of the fold', new PoisonEventError('TOO_LATE', 'no'), 'poison'],
    ['no envelope', new EnvelopeError('ENVELOPE_INVALID', 'no'), 'poison'],
    ['a broken seal', new SealError('SEAL_BROKEN', 'no'), 'poison'],
    ['a value of another shape', new TypeError('no'), 'poison'],
    ['a lost connection', new DatabaseUnavailableError('query', new Error('gone')), 'transient'],
    ['a refused connection', Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), 'transient'],
    ['anything else', new Error('no'), 'fault'],
  ])('%s', (_, error, kind) => {
    expect(kindOf(error)).toBe(kind);
  });
});

describe('the words for an error', () => {
  it('quote no value', () => {
    expect(inWords(sqlError('22P02', 'invalid input syntax for type uuid: "ann "the" secret"'))).toBe(
      'invalid input syntax for type uuid: "…"',
    );
    let parsing: unknown;
    try {
      JSON.parse('ann is secret');
    } catch (error) {
      parsing = error;
    }
    expect(inWords(parsing)).not.toContain('ann');
  });

  it('name the place', () => {
    const error = sqlError('23514', 'new row for relation "t" violates check constraint "c"', {
      table: 't',
      constraint: 'c',
      detail: 'Failing row contains (ann)',
    });
    expect(poisonOf(error)).toEqual({
      code: 'SQL_23514',
      message: 'new row for relation "t" violates check constraint "c", table t, constraint c',
    });
  });
});
