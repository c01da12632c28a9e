import type { INestApplication } from '@nestjs/common';
import { documentOf, type OpenApiDocument } from './build-openapi';
import { collectOperations } from './collect-operations';
import type { Operation } from './operation';

/** The document of an application: its controllers, and the operations it routes otherwise. */
export function buildOpenApi(app: INestApplication, operations: readonly Operation[] = []): OpenApiDocument {
  return documentOf([...collectOperations(app), ...operations]);
}

/** The document of the running process, made when first asked for. */
export class OpenApiSource {
  private made: OpenApiDocument | undefined;
  private make: (() => OpenApiDocument) | undefined;

  use(make: () => OpenApiDocument): void {
    this.make = make;
  }

  document(): OpenApiDocument {
    return (this.made ??= this.make?.() ?? documentOf([]));
  }
}
