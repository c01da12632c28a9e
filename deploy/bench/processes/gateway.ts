import { runService } from '@picly/platform';
import { readGatewayConfig } from '../../../services/gateway/src/config';
import { gateway } from '../../../services/gateway/src/gateway.module';

/** The gateway as it runs in a cluster, with its projections left to another process. */
void runService({ ...gateway, projections: [] }, readGatewayConfig());
