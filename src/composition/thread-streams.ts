import type { ThreadStreams } from '../http/protocol/deps.ts';
import { lineNumber } from '../engine/protocol/protocol-event.ts';
import { createFollowThread } from '../lifecycle/follow-thread.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createAgentTree, createSubscribeThread } from '../lifecycle/subscribe-thread.ts';
import { LOG_START } from '../model/run-event.ts';
import { questionView } from '../model/shown-questions.ts';

/** What is read of a thread over all its runs, made by hand. */
export const threadStreams = ({ storage, settings }: LifecycleDeps): ThreadStreams => {
  const deps = { storage, showQuestion: questionView(settings.approvalDialects) };
  const { events, approvals } = storage;
  return {
    subscribe: createSubscribeThread(deps),
    askedBy: async (threadId, interruptId) => {
      const open = await approvals.ofThread(threadId, []);
      return open.find((asked) => asked.interruptId === interruptId)?.assistantId;
    },
    agentTree: createAgentTree(deps),
    follow: createFollowThread(deps),
    end: async (threadId) => (await events.last(threadId))?.cursor ?? LOG_START,
    position: async (threadId) => lineNumber((await events.last(threadId))?.cursor ?? LOG_START),
  };
};
