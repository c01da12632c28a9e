import { MUTATIONS } from '../faults/mutations';
import { mutationTable } from '../faults/mutations/table';
import { errorTable } from './error-table';
import { eventCatalogue, eventSchemas } from './event-catalogue';
import { configurationTable, openApiFile } from './interface-files';

/** Every file of docs/generated with the content it must have. */
export async function generatedFiles(): Promise<Record<string, string>> {
  return {
    'events.md': eventCatalogue(),
    'events.schema.json': eventSchemas(),
    'errors.md': errorTable(),
    'openapi.json': openApiFile(),
    'configuration.md': configurationTable(),
    'protections.md': mutationTable(MUTATIONS),
  };
}
