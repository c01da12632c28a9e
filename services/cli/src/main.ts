import { CommanderError } from 'commander';
import { readCliConfig } from './config';
import { explain } from './failure';
import { createProgram } from './program';

const LINGER_MS = 1_000;

async function main(): Promise<void> {
  const program = createProgram(readCliConfig(), (code) => {
    process.exitCode = code;
  });
  try {
    await program.parseAsync();
  } catch (error) {
    // Commander has told its own errors already.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode;
      return;
    }
    const { text, exitCode } = explain(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}

// A command that is over ends, although a client left a connection open (kafkajs does when it learns of brokers twice at once).
void main().finally(() => setTimeout(() => process.exit(), LINGER_MS).unref());
