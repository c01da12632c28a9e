import { configOrExit, runService } from '@picly/platform';
import { readGatewayConfig } from './config';
import { gateway } from './gateway.module';

void runService(gateway, configOrExit(readGatewayConfig));
