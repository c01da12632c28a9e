import { describeConfig } from '@picly/platform';
import { STANDALONE_CONFIG } from './config';

/** Prints every setting as JSON, for the command line and the documentation. */
process.stdout.write(JSON.stringify(describeConfig(STANDALONE_CONFIG)));
