import { configOrExit, runService } from '@picly/platform';
import { readServiceConfig } from './config';
import { behaviorService } from './behavior.module';

void runService(behaviorService, configOrExit(readServiceConfig));
