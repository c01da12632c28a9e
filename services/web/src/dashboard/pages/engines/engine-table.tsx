import type { JSX } from 'react';
import { count } from '../../format/numbers';
import { Panel } from '../../parts/panel';
import { ENGINE, FAILED, figure, MONEY, QUALITY, SPEED } from './columns';
import type { EnginesProps } from './comparison';

const COLUMNS = [ENGINE, figure('calls', 'Calls', count), FAILED, ...QUALITY, ...SPEED, ...MONEY];

/** Everything about every engine. */
export function EngineTable({ rows, asOf, address }: EnginesProps): JSX.Element {
  return (
    <Panel
      id="engines"
      title="Every engine with its quality, speed and money"
      unit="success = 4 and 5 stars; amounts in their own currency"
      n={`${count(rows.length)} engines`}
      asOf={asOf}
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => row.engine}
      {...(address !== undefined && { apiAddress: address })}
    />
  );
}
