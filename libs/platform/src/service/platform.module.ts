import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { HealthController } from '../operations/health.controller';
import { MetricsController } from '../operations/metrics.controller';
import { DocsController } from '../openapi/docs.controller';

/** What every service gets without asking: health, metrics, documentation, and the injection tokens. */
@Module({ controllers: [HealthController, MetricsController, DocsController] })
export class PlatformModule {
  static with(providers: readonly Provider[]): DynamicModule {
    const shared = [...providers];
    return { module: PlatformModule, global: true, providers: shared, exports: shared };
  }
}

@Module({})
export class RootModule {
  static of(platform: DynamicModule, service: Type): DynamicModule {
    return { module: RootModule, imports: [platform, service] };
  }
}
