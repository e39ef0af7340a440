import type { A2aDeps } from '../http/a2a/deps.ts';
import type { McpDeps } from '../http/mcp/deps.ts';
import type { ControlDeps } from '../http/control/deps.ts';
import type { PlatformDeps } from '../http/platform/deps.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createTasks } from '../resources/tasks.ts';
import type { Logger } from '../telemetry/logger.ts';

interface AgentParts {
  lifecycle: LifecycleDeps;
  platform: PlatformDeps;
  control: ControlDeps;
  log: Logger;
}

/** The use-cases that other agents reach, made by hand. */
export const createAgents = ({ lifecycle, platform, control, log }: AgentParts): A2aDeps & McpDeps => {
  const { storage, clock } = lifecycle;
  return {
    ...platform,
    ...control,
    ...control.pauses,
    tasks: createTasks({ storage }),
    pauseOf: async ({ pauseId }) => (pauseId === null ? undefined : storage.pauses.get(pauseId)),
    pushConfigs: {
      put: (config) => storage.transaction((ledger) => ledger.pushConfigs.put(config)),
      get: (taskId, configId) => storage.pushConfigs.get(taskId, configId),
      ofTask: (taskId) => storage.pushConfigs.ofTask(taskId),
      remove: (taskId, configId) =>
        storage.transaction((ledger) => ledger.pushConfigs.remove(taskId, configId)),
    },
    now: () => clock.now(),
    log,
  };
};
