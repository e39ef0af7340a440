// Says in one line what vitest's JSON report says. A file that failed before its first test counts as one failure.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
const { numPassedTests: passed = 0, testResults = [] } = text === '' ? {} : JSON.parse(text);
const failedIn = ({ status, assertionResults }) =>
  assertionResults.filter((test) => test.status === 'failed').length || (status === 'failed' ? 1 : 0);
const failed = testResults.reduce((sum, file) => sum + failedIn(file), 0);
console.log(`${passed} passed, ${failed} failed`);
