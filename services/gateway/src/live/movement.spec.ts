import { movedEvent, movedSince, stampOf } from './movement';
import type { ViewMovement } from './movement.queries';

const view = (name: string, folded: number, version = 1): ViewMovement => ({ view: name, version, folded, event_time: null });

describe('which views moved', () => {
  const before = [view('a', 1), view('b', 2)];

  it('is all of them for who asks for the first time', () => {
    expect(movedSince(undefined, before)).toEqual(before);
  });

  it('is none of them while nothing is folded', () => {
    expect(movedSince(stampOf(before), before)).toEqual([]);
  });

  it('is those that folded since, those that serve another version, and those that are new', () => {
    const now = [view('a', 1, 2), view('b', 2), view('c', 0)];
    expect(movedSince(stampOf(before), now).map(({ view: name }) => name)).toEqual(['a', 'c']);
  });

  it('is all of them when the stamp is not ours', () => {
    expect(movedSince('nonsense, <script>', before)).toEqual(before);
  });

  it('is told in one event whose id takes up where it left off', () => {
    const text = movedEvent([view('a', 5)], [view('a', 5), view('b', 2)], 0);
    expect(text.split('\n')).toEqual([
      'id: a:1:5,b:1:2',
      'event: moved',
      'data: {"views":{"a":{"version":1,"folded":5,"event_time":null}},"at":"1970-01-01T00:00:00.000Z"}',
      '',
      '',
    ]);
  });
});
