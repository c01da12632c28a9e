import { readViews, withView, writeViews } from './saved-views';

const holding = (text: string | null): Pick<Storage, 'getItem'> => ({ getItem: () => text });
const VIEW = { name: 'Monday', address: '/analytics/engines?range=7d' };

describe('saved views', () => {
  it('come back as they were saved, the latest first, one per name', () => {
    let stored = '';
    const views = withView(withView([VIEW], { name: 'other', address: '/analytics' }), { ...VIEW, address: '/analytics?range=90d' });
    expect(writeViews({ setItem: (_key, text) => void (stored = text) }, views)).toBe(true);
    expect(readViews(holding(stored))).toEqual([
      { name: 'Monday', address: '/analytics?range=90d' },
      { name: 'other', address: '/analytics' },
    ]);
  });

  it.each([null, 'nonsense', '{}', '[1]', '[{"name":"x","address":"javascript:alert(1)"}]', '[{"name":"x","address":"//evil.example"}]'])(
    'what storage should not hold is not shown: %s',
    (text) => expect(readViews(holding(text))).toEqual([]),
  );

  it('a browser that forbids storage has none, and says that it kept nothing', () => {
    const forbidden = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    expect(readViews({ getItem: forbidden })).toEqual([]);
    expect(writeViews({ setItem: forbidden }, [VIEW])).toBe(false);
  });
});
