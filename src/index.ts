export { readSettings, type Settings } from './config/settings.ts';
export { ERROR_CODES, HoldpointError, type ErrorCode } from './model/errors.ts';
export { RUN_STATES, RUN_TRANSITIONS, type RunState, type RunTransition } from './model/run-state.ts';
export { startServer, type RunningServer, type ServerOptions } from './server.ts';
