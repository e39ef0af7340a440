import type { Interrupts } from './thread.ts';

/** The ids by which waiting questions can be answered. */
export const questionIds = (questions: Interrupts): string[] => [
  ...new Set(
    Object.values(questions)
      .flat()
      .flatMap(({ id }) => (id === undefined ? [] : [id])),
  ),
];
