import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, on any machine; the longest first. Begun last, one of them would run alone at the end. */
const LONGEST = [
  'scale/faults',
  'scale/upheaval',
  'crash/random-kills',
  'worker/blocked',
  'scale/nodes',
  'control/emergency-stop',
  'browser/console-operate',
  'browser/console-thread',
  'cli/story',
  'wire/schemas',
  'browser/console-barriers',
  'worker/recycling',
  'worker/drain',
  'wire/multitask',
  'cli/operator',
  'crash/named-points',
  'examples/examples',
  'cli/dev',
  'crash/named-points-server',
  'supervisor/supervisor',
  'faults/storage',
  'browser/chat',
  'security/api-keys',
  'storage/ports/postgres',
  'browser/console-decisions',
  'triggers/conditions',
  'browser/console-keys',
  'docs/guide',
  'pause/resume',
  'crash/effects',
  'pause/bounded',
  'readme',
  'triggers/scopes',
  'control/remembered',
  'crash/story',
  'browser/console-looks',
  'scale/copy',
];

/** Starts the longest test files first, so that all workers are busy until the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [
      ...sorted.filter(isLong).sort((a, b) => rank(a) - rank(b)),
      ...sorted.filter((file) => !isLong(file)),
    ];
  }
}

const rank = ({ moduleId }: TestSpecification): number =>
  LONGEST.findIndex((name) => moduleId.includes(`/test/${name}.`));

const isLong = (file: TestSpecification): boolean => rank(file) >= 0;
