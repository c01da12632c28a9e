import { configOrExit, runService } from '@picly/platform';
import { readServiceConfig } from './config';
import { modelPerformanceService } from './model-performance.module';

void runService(modelPerformanceService, configOrExit(readServiceConfig));
