import { Controller, Get, Header, Inject } from '@nestjs/common';
import { RequireScope } from '../auth/auth.guard';
import { Answers } from './answers';
import type { OpenApiDocument } from './document';
import { DOCS_POLICY, docsPage } from './docs-page';
import { OpenApiSource } from './openapi-source';

@Controller()
@RequireScope('public')
export class DocsController {
  constructor(@Inject(OpenApiSource) private readonly source: OpenApiSource) {}

  @Get('openapi.json')
  @Answers({ summary: 'This document.', tag: 'operations', body: { type: 'object', properties: {} } })
  document(): Promise<OpenApiDocument> {
    return this.source.document();
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', DOCS_POLICY)
  @Answers({ summary: 'This document as a page.', tag: 'operations', body: { type: 'string' }, mediaType: 'text/html' })
  async page(): Promise<string> {
    return docsPage(await this.source.document());
  }
}
