import { documentOf, type OpenApiDocument } from '../openapi/document';
import { collectOperations } from '../openapi/collect-operations';
import { PlatformModule } from './platform.module';
import type { ServiceDefinition } from './service-definition';

/** The OpenAPI document of a service: its controllers, those of the platform, and what it routes otherwise. Nothing is started. */
export function buildOpenApi(definition: Pick<ServiceDefinition, 'module' | 'operations'>): OpenApiDocument {
  return documentOf([...collectOperations([PlatformModule, definition.module]), ...(definition.operations ?? [])]);
}
