import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MUTATIONS } from '.';
import { withoutProtection } from './mutation';

const ROOT = path.resolve(__dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

describe('the protections that the mutation check takes away', () => {
  test.each(MUTATIONS.map((mutation) => [mutation.protection, mutation] as const))(
    '%s: is in the source exactly once, and can be removed',
    (_, mutation) => {
      const source = read(mutation.file);
      expect(withoutProtection(source, mutation)).not.toBe(source);
    },
  );

  test('each has a name of its own', () => {
    expect(new Set(MUTATIONS.map(({ protection }) => protection)).size).toBe(MUTATIONS.length);
  });

  test('one that is not there, or more than once, is refused', () => {
    const edits = [{ find: 'lock();', replace: '' }] as const;
    expect(withoutProtection('a(); lock(); b();', { file: 'x', edits })).toBe('a();  b();');
    expect(() => withoutProtection('a();', { file: 'x', edits })).toThrow('x holds 0 times, and not once: lock();');
    expect(() => withoutProtection('lock(); lock();', { file: 'x', edits })).toThrow('2 times');
  });
});
