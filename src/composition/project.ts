import { pathToFileURL } from 'node:url';
import type { LanggraphConfig, Source } from '../config/langgraph-config.ts';
import type { ServerPart } from '../config/langgraph-json.ts';
import type { Settings } from '../config/settings.ts';
import { importModule } from '../engine/import-module.ts';
import { bindLoopback } from '../engine/loopback.ts';
import { createAccessControl, type AccessControl } from '../http/access.ts';
import type { Authentication } from '../http/middleware/authenticate.ts';
import type { OriginRules } from '../http/middleware/origin.ts';
import type { HonoApp, UserApp } from '../http/middleware/user-app.ts';
import type { Route } from '../http/route.ts';
import { HoldpointError, isHoldpointError } from '../model/errors.ts';
import type { KeyRing } from '../resources/key-ring.ts';
import type { Assistants } from '../resources/assistants.ts';
import { createUiComponents, type UiComponents } from '../resources/ui.ts';
import { createUserAuth, type AuthHandlers, type UserAuth } from '../resources/user-auth.ts';
import type { Storage } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';

interface ProjectParts {
  langgraph: LanggraphConfig;
  settings: Settings;
  storage: Storage;
  assistants: Assistants;
  keys: KeyRing;
  log: Logger;
}

export interface Project {
  authentication: Authentication;
  access: AccessControl;
  userApp: UserApp | undefined;
  origins: OriginRules;
  /** The components of its graphs. */
  ui: UiComponents;
  /** Lets the project's code know where the server listens. */
  open: (url: string) => void;
  /** The routes that are not switched off. */
  served: (routes: Route[]) => Route[];
}

/** What a project adds to the server itself: who may do what, its own routes, who may call from a page. */
export const loadProject = async ({
  langgraph,
  settings,
  keys,
  log,
  ...rest
}: ProjectParts): Promise<Project> => {
  for (const key of langgraph.unknown) log.warn({ key }, 'langgraph.json: nobody knows this key');
  const { http } = langgraph;
  const { open } = bindLoopback();
  const auth = langgraph.auth && (await loadAuth(langgraph.auth));
  return {
    authentication: { keys, auth, studioKeys: settings.studioKeys },
    access: assembleAccess(auth, rest),
    userApp: http.app && { app: await loadApp(http.app), authenticated: http.customRouteAuth },
    origins: {
      ...http.cors,
      allowed: [...settings.origins, ...http.cors.allowed],
      hosts: {
        allowed: [settings.host, ...settings.hosts],
        enforced: async () => settings.hosts.length > 0 || !(auth || (await keys.asked())),
      },
    },
    ui: createUiComponents({ ui: langgraph.ui, shared: langgraph.uiShared, assistants: rest.assistants }),
    open,
    served: (routes) => routes.filter(({ tag }) => !http.disabled.some((part) => TAGS[part].includes(tag))),
  };
};

/** The routes of each part that can be switched off, by tag. */
const TAGS: Record<ServerPart, string[]> = {
  assistants: ['assistants'],
  threads: ['threads', 'state'],
  runs: ['runs', 'crons', 'stateless', 'protocol v2'],
  store: ['store'],
  meta: ['meta'],
  a2a: ['a2a'],
  mcp: ['mcp'],
  ui: ['ui'],
};

const load = async (field: string, { file, exportName }: Source): Promise<unknown> => {
  try {
    const module = await importModule(pathToFileURL(file).href);
    return module[exportName];
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new HoldpointError('invalid_request', `${field}: ${file} cannot be loaded: ${problem}`, {
      cause: error,
    });
  }
};

const loadAuth = async (source: Source): Promise<UserAuth> => {
  const exported = await load('auth.path', source);
  const handlers = (exported as { '~handlerCache'?: AuthHandlers } | undefined)?.['~handlerCache'];
  if (!handlers) throw wrongExport('auth.path', source, "an Auth of '@langchain/langgraph-sdk/auth'");
  if (!handlers.authenticate) throw wrongExport('auth.path', source, 'an Auth with authenticate()');
  return createUserAuth(handlers);
};

const loadApp = async (source: Source): Promise<HonoApp> => {
  const app = (await load('http.app', source)) as Partial<HonoApp> | undefined;
  if (typeof app?.fetch !== 'function' || typeof app.notFound !== 'function') {
    throw wrongExport('http.app', source, 'a Hono app');
  }
  return app as HonoApp;
};

const wrongExport = (field: string, { file, exportName }: Source, expected: string): HoldpointError =>
  new HoldpointError('invalid_request', `${field}: export ${exportName} of ${file} is not ${expected}.`);

const assembleAccess = (
  auth: UserAuth | undefined,
  { storage, assistants }: Pick<ProjectParts, 'storage' | 'assistants'>,
): AccessControl => {
  const assistant = (id: string) => assistants.find(id).catch(unlessMissing);
  return createAccessControl({
    auth,
    metadataOf: {
      thread: async (id) => (await storage.threads.get(id))?.metadata,
      cron: async (id) => (await storage.crons.get(id))?.metadata,
      assistant: async (id) => (await assistant(id))?.metadata,
    },
    assistant,
    isSystem: (one) => assistants.isSystem(one),
    findAgent: (name, mayUse) => assistants.findNamed(name, mayUse),
    threadOfApproval: async (id) => (await storage.approvals.get(id))?.threadId,
    threadOfRun: async (runId) => (await storage.runs.get(runId))?.threadId,
  });
};

const unlessMissing = (error: unknown): undefined => {
  if (!isHoldpointError(error)) throw error;
};
