import { code, table } from './markdown.mjs';

/** What each kind of line says happened. A kind without its line here fails, and a line without its kind. */
const MEANING = {
  launch: 'A run was accepted',
  claim: 'A worker took it',
  interrupt: 'It ended on a question',
  finish: 'It finished',
  fail: 'It failed; `detail` says why',
  expire: 'It ran out of time',
  cancel: 'It was cancelled',
  requestCancel: 'It is to be cancelled; its worker is told',
  requestRollback: 'The same, and what it did to the state goes',
  loseLease: 'Its worker was lost; it waits for another, or is paused where it was draining',
  requestPause: 'A pause was asked for',
  conditionMet: 'It is to be paused by a condition that the server watches',
  failUnderThreshold: 'It failed and was paused for that, by an error threshold',
  drained: 'It is paused, at the end of its step',
  drainTimeout: 'It is paused, and its step was cut',
  extendDrain: 'Its step took too long, and got more time',
  forcePause: 'Its step is to be cut for the pause',
  withdrawPause: 'The pause was withdrawn before it was reached',
  releaseWorker: 'The worker of a paused run was shut down',
  awaitResume: 'A part of what a pause waits for was met',
  triggerResume: 'All of it was met',
  resume: 'It was resumed',
  refuseResume: 'A resume did not pass its preflight; `detail` has the checks',
  stop: 'It was stopped in an emergency',
  releaseStop: 'That stop was released',
  question: 'A question was recorded',
  decide: 'A question was decided',
  remember: 'The decision is remembered',
  revoke: 'It is remembered no longer',
  setDeadline: 'A question got another deadline',
  questionExpired: 'Its deadline has passed',
  questionMovedOn: 'The graph asks it no longer',
  questionReopened: 'It waits again: its answer did not reach the graph',
  tool: 'A tool ran',
  effectResolved: 'Somebody said whether an effect in doubt happened',
  updateState: 'The state was edited',
  copy: 'The thread is a copy of another',
};

/** By which the log is filtered. */
export const logKinds = async () => {
  const { LOG_KINDS } = await import('../../src/model/session-log.ts');
  const described = Object.keys(MEANING);
  const odd = [
    ...LOG_KINDS.filter((kind) => !described.includes(kind)),
    ...described.filter((kind) => !LOG_KINDS.includes(kind)),
  ];
  if (odd.length > 0)
    throw new Error(`scripts/docs/log-kinds.mjs: without a meaning or a kind: ${odd.join()}`);
  return `What the \`kind\` of a line can be:\n\n${table(
    ['`kind`', 'What happened'],
    described.map((kind) => [code(kind), MEANING[kind]]),
  )}`;
};
