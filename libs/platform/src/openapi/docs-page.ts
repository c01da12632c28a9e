import { createHash } from 'node:crypto';
import { PROBLEMS, type JsonSchema } from '@picly/contracts';
import type { OpenApiDocument, OpenApiOperation, OpenApiParameter } from './document';
import { DOCS_STYLE } from './docs-style';
import { Html, html } from './html';

/** Nothing but the page's own style may load: no script, no font, no frame. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(DOCS_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: OpenApiOperation;
}

function typeText(schema: JsonSchema): string {
  const { type, enum: words, format } = schema;
  // How text must be to be kept is told by the validation, and of no use here.
  const shownFormat = typeof format === 'string' && format !== 'storable-text' ? ` (${format})` : '';
  const name = Array.isArray(words) ? words.join(' | ') : Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type : 'any';
  const items = type === 'array' ? ` of ${typeText((schema['items'] ?? {}) as JsonSchema)}` : '';
  return `${name}${items}${shownFormat}`;
}

function span(schema: JsonSchema, [low, high]: readonly [string, string], unit: string): string | undefined {
  const [from, to] = [schema[low], schema[high]].map((limit) => (typeof limit === 'number' ? String(limit) : undefined));
  if (from !== undefined && to !== undefined) return `${from} to ${to}${unit}`;
  if (to !== undefined) return `at most ${to}${unit}`;
  return from === undefined ? undefined : `at least ${from}${unit}`;
}

function limitsText(schema: JsonSchema): string {
  const limits = [
    span(schema, ['minimum', 'maximum'], ''),
    span(schema, ['minLength', 'maxLength'], ' characters'),
    span(schema, ['minItems', 'maxItems'], ' items'),
    schema['default'] === undefined ? undefined : `default ${JSON.stringify(schema['default'])}`,
  ];
  return limits.filter((limit) => limit !== undefined).join(', ');
}

interface Row {
  readonly name: string;
  readonly where: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly description: string;
}

function table(rows: readonly Row[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>Type</th>
          <th>Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <td>
                <code>${row.name}</code>${row.required && html` <strong>required</strong>`}<br /><span class="dim">${row.where}</span>
              </td>
              <td>${typeText(row.schema)}<br /><span class="dim">${limitsText(row.schema)}</span></td>
              <td>${row.description}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const parameterRow = ({ name, in: where, required, schema, description }: OpenApiParameter): Row => ({
  name,
  where,
  required,
  schema,
  description: description ?? '',
});

function fieldRows(schema: JsonSchema): Row[] {
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  return Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>).map(([name, field]) => ({
    name,
    where: 'body',
    required: required.has(name),
    schema: field,
    description: typeof field['description'] === 'string' ? field['description'] : '',
  }));
}

function answers(operation: OpenApiOperation): Html {
  return html`<ul>
    ${Object.entries(operation.responses).map(([status, { description, content }]) => {
      const schema = content?.['application/json']?.schema;
      return html`<li>
        <code>${status}</code> ${description}${
          schema &&
          html`<details>
            <summary>Form of the answer</summary>
            <pre>${JSON.stringify(schema, null, 2)}</pre>
          </details>`
        }
      </li>`;
    })}
  </ul>`;
}

function article({ method, path, operation }: Entry): Html {
  const body = operation.requestBody?.content['application/json']?.schema;
  const rows = [...(operation.parameters ?? []).map(parameterRow), ...(body ? fieldRows(body) : [])];
  return html`<article id="${operation.operationId}">
    <h3><span class="${method}">${method.toUpperCase()}</span> ${path}</h3>
    <p>${operation.summary}${operation.description !== undefined && html`<br />${operation.description}`}</p>
    <p class="dim">Scope: ${operation['x-scope']}</p>
    ${rows.length > 0 && table(rows)}
    <details>
      <summary>Answers</summary>
      ${answers(operation)}
    </details>
  </article>`;
}

function entriesOf(document: OpenApiDocument): Entry[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function problems(): Html {
  return html`<section>
    <h2 id="problems">problems</h2>
    <p>Every error is <code>application/problem+json</code> (RFC 9457) with one of these codes.</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Code</th>
            <th>Status</th>
            <th>Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${Object.entries(PROBLEMS).map(
            ([code, { status, title }]) =>
              html`<tr id="problem-${code}">
                <td><code>${code}</code></td>
                <td>${status}</td>
                <td>${title}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** The document as one page without script, for people. */
export function docsPage(document: OpenApiDocument): string {
  const entries = entriesOf(document);
  const sections = document.tags.map(({ name }) => ({ name, entries: entries.filter(({ operation }) => operation.tags.includes(name)) }));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${document.info.title}: API</title>
        <style>${new Html(DOCS_STYLE)}</style>
      </head>
      <body>
        <main>
          <h1>${document.info.title}</h1>
          <p>${document.info.description}</p>
          <p><a href="/openapi.json">openapi.json</a> (OpenAPI ${document.openapi})</p>
          <nav aria-label="Contents">
            <ul>
              ${sections.map(({ name }) => html`<li><a href="#tag-${name}">${name}</a></li>`)}
              <li><a href="#problems">problems</a></li>
            </ul>
          </nav>
          ${sections.map(
            (section) =>
              html`<section>
                <h2 id="tag-${section.name}">${section.name}</h2>
                ${section.entries.map(article)}
              </section>`,
          )}${problems()}
        </main>
      </body>
    </html>`;
  return page.text;
}
