import type { OpenApiDocument } from './document';
import { mergeDocuments } from './merge-documents';

/** Asks another service for its document; `undefined` when it does not answer now. */
export type FetchDocument = () => Promise<OpenApiDocument | undefined>;

/** The document of the running process, made when first asked for, and of the services that it stands before. */
export class OpenApiSource {
  private made: OpenApiDocument | undefined;
  private behind: readonly FetchDocument[] = [];

  constructor(private readonly make: () => OpenApiDocument) {}

  /** From now on the documents of these services are part of the answer, as far as they answer. */
  standBefore(services: readonly FetchDocument[]): void {
    this.behind = services;
  }

  async document(): Promise<OpenApiDocument> {
    const own = (this.made ??= this.make());
    if (this.behind.length === 0) return own;
    const others = await Promise.all(this.behind.map((fetchDocument) => fetchDocument()));
    return mergeDocuments(
      own,
      others.filter((one) => one !== undefined),
    );
  }
}
