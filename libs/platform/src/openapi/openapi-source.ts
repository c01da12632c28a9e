import type { OpenApiDocument } from './document';

/** The document of the running process, made when first asked for. */
export class OpenApiSource {
  private made: OpenApiDocument | undefined;

  constructor(private readonly make: () => OpenApiDocument) {}

  document(): OpenApiDocument {
    return (this.made ??= this.make());
  }
}
