// Says which tests failed and why, then in one line what vitest's JSON reports say, all together. A file that failed
// before its first test counts as one failure, and so does a report that is not there. Exits with 1 when anything failed.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const MESSAGE = 2000; // characters: a page that was not as expected is told whole

const read = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { testResults: [{ name: path, status: 'failed', message: 'no report', assertionResults: [] }] };
  }
};
const failuresOf = ({ name, status, message, assertionResults }) => {
  const file = relative('.', name);
  const failures = assertionResults
    .filter((test) => test.status === 'failed')
    .map(
      (test) => `${file} > ${test.fullName}\n${(test.failureMessages ?? []).join('\n').slice(0, MESSAGE)}`,
    );
  return failures.length === 0 && status === 'failed' ? [`${file}\n${message ?? ''}`] : failures;
};

const reports = process.argv.slice(2).map(read);
const passed = reports.reduce((sum, { numPassedTests = 0 }) => sum + numPassedTests, 0);
const failures = reports.flatMap(({ testResults = [] }) => testResults.flatMap(failuresOf));
for (const failure of failures) console.log(`FAILED ${failure}\n`);
console.log(`${passed} passed, ${failures.length} failed`);
if (failures.length > 0) process.exitCode = 1;
