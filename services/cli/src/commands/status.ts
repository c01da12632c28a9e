import type { CliConfig } from '../config';
export interface StatusFlags {
  readonly partitions?: boolean;
  readonly json?: boolean;
}
export async function showStatus(_flags: StatusFlags, _config: CliConfig): Promise<number> {
  return 0;
}
