import type { HoldpointClient } from '../../client/index.ts';

const PAGE = 100;

/** All that a list of the server has, page by page. */
export const everyPage = async <T>(
  client: HoldpointClient,
  path: string,
  query: Record<string, string> = {},
): Promise<T[]> => {
  const found: T[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await client.control<T[]>(path, { query: { ...query, limit: PAGE, offset } });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
};
