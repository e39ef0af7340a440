import { command } from './kit/command.ts';
import { decide, DECIDING, QUESTION_ID } from './kit/decide.ts';

export const approve = command({
  name: 'approve',
  summary: 'Let a held tool call run as it is',
  about: 'Several calls that are held together are all approved, unless --call names one.',
  args: [QUESTION_ID],
  options: DECIDING,
  examples: [
    { run: 'holdpoint approve 3f2a81c0', says: 'Approve, and follow what comes of it' },
    { run: 'holdpoint approve 3f2a81c0 --call 2 --others reject', says: 'Of several calls, the second only' },
  ],
  run: (input) => decide({ input, decision: () => ({ type: 'approve' }) }),
});
