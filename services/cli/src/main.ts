import { CommanderError } from 'commander';
import { readCliConfig } from './config';
import { explain } from './failure';
import { createProgram } from './program';

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

void main();
