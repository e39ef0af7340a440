export { Agent, type StartOptions, type Work } from './agent.ts';
export { HoldpointClient, type Connection, type ControlRequest } from './client.ts';
export { ServerRefusal, ServerUnreachable, SessionError } from './errors.ts';
export { type Progress } from './progress.ts';
export {
  type Check,
  type Pause,
  type PauseOptions,
  type ResumeCondition,
  type ResumeOptions,
} from './pause.ts';
export {
  questionOf,
  type ApprovalView,
  type Choice,
  type Decision,
  type HeldToolCall,
  type Question,
} from './questions.ts';
export { Session, type Outcome, type RestingState } from './session.ts';
