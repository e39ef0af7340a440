import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain';
import type { Run } from '../model/run.ts';
import type { EventSink } from './event-sink.ts';

/** Feedback waits no longer for LangSmith than this: the run has ended. */
const PATIENCE_MS = 5000;

/** Sends the run to the LangSmith project that it names, and to no other. */
export const tracersOf = ({ kwargs }: Run): LangChainTracer[] => {
  const { langsmith_tracer: asked } = kwargs;
  if (!asked) return [];
  const { project_name: projectName, example_id: exampleId } = asked;
  return [
    new LangChainTracer({
      ...(projectName !== undefined && { projectName }),
      ...(exampleId !== undefined && { exampleId }),
    }),
  ];
};

interface FeedbackClient {
  createPresignedFeedbackToken(runId: string, key: string): Promise<{ url: string }>;
}

/** Says where feedback on the run can be sent, by key, if that is asked for and LangSmith answers. */
export const addFeedback = async (sink: EventSink, run: Run): Promise<void> => {
  const urls = await feedbackUrls(run);
  if (urls) sink.add('feedback', urls);
};

const feedbackUrls = async ({ runId, kwargs }: Run): Promise<Record<string, string> | undefined> => {
  const { feedback_keys: keys = [] } = kwargs;
  if (keys.length === 0) return undefined;
  const client = new LangChainTracer().client as unknown as FeedbackClient;
  const asked = keys.map(
    async (key) => [key, (await client.createPresignedFeedbackToken(runId, key)).url] as const,
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    const urls = await Promise.race([Promise.all(asked), late]);
    return urls && Object.fromEntries(urls);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
};
