// Says in one line what vitest's JSON reports say, all together. A file that failed before its first test counts as one
// failure, and so does a report that is not there. Exits with 1 when anything failed.
import { readFileSync } from 'node:fs';

const read = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { testResults: [{ status: 'failed', assertionResults: [] }] };
  }
};
const failedIn = ({ status, assertionResults }) =>
  assertionResults.filter((test) => test.status === 'failed').length || (status === 'failed' ? 1 : 0);
let passed = 0;
let failed = 0;
for (const { numPassedTests = 0, testResults = [] } of process.argv.slice(2).map(read)) {
  passed += numPassedTests;
  failed += testResults.reduce((sum, file) => sum + failedIn(file), 0);
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
