// Says of each test that failed why, then which they are, a line each, then in one line what vitest's JSON reports say,
// all together: whoever is shown the end alone sees the names. A file that failed before its first test counts as one
// failure, and so does a report that is not there. Exits with 1 when anything failed.
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
/** Without the frames of packages: what is wanted is what was expected, and where. Vitest says of a timeout no more than that. */
const said = (message = '') =>
  message
    .replaceAll('STACK_TRACE_ERROR', 'the test or hook did not end in time')
    .split('\n')
    .filter((line) => !/^\s+at .*(node_modules|node:)/.test(line))
    .join('\n')
    .slice(0, MESSAGE);
const failuresOf = ({ name, status, message, assertionResults }) => {
  const file = relative('.', name);
  const failures = assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => ({
      name: `${file} > ${test.fullName}`,
      why: said((test.failureMessages ?? []).join('\n')),
    }));
  return failures.length === 0 && status === 'failed' ? [{ name: file, why: said(message) }] : failures;
};

const reports = process.argv.slice(2).map(read);
const passed = reports.reduce((sum, { numPassedTests = 0 }) => sum + numPassedTests, 0);
const failures = reports.flatMap(({ testResults = [] }) => testResults.flatMap(failuresOf));
for (const { name, why } of failures) console.log(`${name}\n${why}\n`);
for (const { name } of failures) console.log(`FAILED ${name}`);
console.log(`${passed} passed, ${failures.length} failed`);
if (failures.length > 0) process.exitCode = 1;
