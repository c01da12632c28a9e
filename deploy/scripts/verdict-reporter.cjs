const { writeSync } = require('node:fs');

/** Closes a run with one plain line: `N passed, N failed, N skipped`. A suite that could not even start counts as one failure. */
module.exports = class VerdictReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // At exit, because the other reporters still write: this line is the last one.
    process.once('exit', () => writeSync(1, `\n${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`));
  }
};
