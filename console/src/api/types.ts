import type { paths } from './schema.ts';

type Json<Of> = Of extends { content: { 'application/json': infer Body } } ? Body : never;

/** What a GET of this path answers. */
export type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: infer Said } };
}
  ? Json<Said>
  : never;

/** What a POST of this path is sent with. */
export type PostBody<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody?: infer Body };
}
  ? Json<NonNullable<Body>>
  : never;

/** What a PATCH of this path is sent with. */
export type PatchBody<Path extends keyof paths> = paths[Path] extends {
  patch: { requestBody?: infer Body };
}
  ? Json<NonNullable<Body>>
  : never;
