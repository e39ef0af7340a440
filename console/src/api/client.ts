import createClient from 'openapi-fetch';
import { asApiError, errorOf } from './errors.ts';
import { identityHeaders, keyWanted } from './identity.ts';
import type { paths } from './schema.ts';

/** Calls of the API, typed by its own document. */
export const api = createClient<paths>({ baseUrl: location.origin });

api.use({
  onRequest: ({ request }) => {
    for (const [name, value] of Object.entries(identityHeaders())) request.headers.set(name, value);
    return request;
  },
  onResponse: ({ response }) => {
    if (response.status === 401) keyWanted.set(true);
  },
});

/** As a header: what is sent again with the same key is done once. */
export const once = (key: string) => ({ 'Idempotency-Key': key });

interface Called<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer. @throws {ApiError} */
export const bodyOf = async <T>(called: Promise<Called<T>>): Promise<T> => (await answerOf(called)).body;

/** A page of a list, and how many there are in all. */
export interface Page<T> {
  items: T[];
  total: number;
  /** What the next page is asked for with; null on the last. */
  next: number | null;
}

export const pageOf = async <T>(called: Promise<Called<T[]>>): Promise<Page<T>> => {
  const { body, response } = await answerOf(called);
  const next = response.headers.get('x-pagination-next');
  return {
    items: body,
    total: Number(response.headers.get('x-pagination-total') ?? body.length),
    next: next === null ? null : Number(next),
  };
};

const answerOf = async <T>(called: Promise<Called<T>>): Promise<{ body: T; response: Response }> => {
  const { data, error, response } = await called.catch((thrown: unknown) => {
    throw asApiError(thrown);
  });
  if (!response.ok) throw errorOf(response, error);
  return { body: data as T, response };
};
