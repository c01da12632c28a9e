import { configOrExit, runService } from '@picly/platform';
import { readServiceConfig } from './config';
import { trainingDataService } from './training-data.module';

void runService(trainingDataService, configOrExit(readServiceConfig));
