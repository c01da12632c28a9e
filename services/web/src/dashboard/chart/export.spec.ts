import { csvOf, jsonOf, type ExportColumn } from './export';

interface Row {
  readonly name: string;
  readonly share: number | null;
}
const columns: readonly ExportColumn<Row>[] = [
  { id: 'name', value: (row) => row.name },
  { id: 'share', value: (row) => row.share },
];

describe('exports of what is shown', () => {
  it('keep every digit, and nothing where there is no figure', () => {
    expect(
      csvOf(columns, [
        { name: 'a', share: 0.7142857 },
        { name: 'b', share: null },
      ]),
    ).toBe('name,share\r\na,0.7142857\r\nb,\r\n');
    expect(JSON.parse(jsonOf(columns, [{ name: 'b', share: null }]))).toEqual([{ name: 'b', share: null }]);
  });

  it('quote what would end a cell', () => {
    expect(csvOf(columns, [{ name: 'a "b", c\nd', share: 1 }])).toBe('name,share\r\n"a ""b"", c\nd",1\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])('text that a spreadsheet would run stays text: %j', (name) => {
    expect(csvOf(columns, [{ name, share: -1 }])).toContain(`'${name}`);
    expect(csvOf(columns, [{ name, share: -1 }])).toContain(',-1\r\n');
  });
});
