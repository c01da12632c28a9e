import { configOrExit, runService } from '@picly/platform';
import { readServiceConfig } from './config';
import { promptAnalyticsService } from './prompt-analytics.module';

void runService(promptAnalyticsService, configOrExit(readServiceConfig));
