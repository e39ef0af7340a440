import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, on any machine; the longest first. Begun last, one of them would run alone at the end. */
const LONGEST = [
  'scale/faults',
  'scale/upheaval',
  'faults/storage',
  'crash/random-kills',
  'worker/blocked',
  'scale/nodes',
  'crash/named-points',
  'worker/drain',
  'cli/story',
  'cli/operator',
  'docs/guide',
  'triggers/conditions',
  'crash/named-points-server',
  'wire/multitask',
  'triggers/scopes',
  'cli/dev',
  'security/api-keys',
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
