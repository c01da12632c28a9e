import { configOrExit, runService } from '@picly/platform';
import { readServiceConfig } from './config';
import { experimentsService } from './experiments.module';

void runService(experimentsService, configOrExit(readServiceConfig));
