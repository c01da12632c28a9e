import { ApiClient } from '@picly/api-client';
import type { CliConfig } from '../config';

/** The API at PICLY_URL with the key in PICLY_KEY. */
export const clientFor = ({ url, key }: CliConfig): ApiClient => new ApiClient({ baseUrl: url, ...(key !== undefined && { key }) });

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
