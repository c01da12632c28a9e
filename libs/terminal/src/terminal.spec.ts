import { count, duration, percent } from './figures';
import { barLine, plainLine, Progress } from './progress';
import { table } from './table';

const state = { label: 'sending', noun: 'events', done: 25, total: 100, items: 5000, elapsedMs: 10_000 };

describe('figures', () => {
  it('says durations as people do', () => {
    expect([400, 9_949, 12_300, 200_000, 7_500_000].map(duration)).toEqual(['0.4 s', '9.9 s', '12 s', '3 min 20 s', '2 h 05 min']);
  });

  it('has a dash for what is unknown', () => {
    expect([percent(0.714), percent(null), percent(undefined)]).toEqual(['71.4 %', '-', '-']);
    expect(count(1234567)).toBe('1,234,567');
  });
});

describe('progress', () => {
  it('tells share, rate and remaining time', () => {
    expect(plainLine(state)).toBe('sending: 25 %  5,000 events  500/s  30 s left');
    expect(plainLine({ ...state, done: 100 })).toBe('sending: 100 %  5,000 events  500/s  took 10 s');
    expect(barLine(state, 200)).toContain('██████░░░░');
  });

  it('never is wider than the terminal', () => {
    expect(barLine(state, 40)).toHaveLength(39);
  });

  it('promises nothing before anything is done, and never more than all', () => {
    expect(plainLine({ ...state, done: 0, items: 0 })).toBe('sending: 0 %  0 events  0/s');
    expect(plainLine({ ...state, done: 300 })).toContain('100 %');
  });

  it('redraws one line on a terminal, and writes a line now and then elsewhere', () => {
    const play = (isTTY: boolean): string => {
      let written = '';
      let now = 0;
      const stream = { isTTY, columns: 80, write: (text: string) => (written += text) };
      const progress = new Progress({ label: 'x', noun: 'rows', total: 100, stream, now: () => now });
      for (let n = 1; n <= 100; n++) {
        now += 200;
        progress.update(n, n);
      }
      progress.finish();
      return written;
    };
    expect(play(true).split('\n')).toHaveLength(2);
    expect(play(true).split('\r').length).toBeGreaterThan(90);
    expect(play(false).split('\n')).toHaveLength(6);
    expect(play(false)).not.toContain('\r');
  });
});

describe('table', () => {
  it('aligns columns and lets no control character through', () => {
    const rows = [
      { name: 'a\u001b[31mb', n: 1 },
      { name: 'c', n: 1000 },
    ];
    const text = table(rows, [
      { title: 'NAME', value: (row) => row.name },
      { title: 'N', value: (row) => count(row.n), align: 'right' },
    ]);
    expect(text).toBe('NAME         N\na [31mb      1\nc        1,000');
  });
});
