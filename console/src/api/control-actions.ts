import { api, bodyOf } from './client.ts';
import type { PatchBody, PostBody } from './types.ts';

export type WindowBody = PostBody<'/pause-windows'>;
type WindowPatch = PatchBody<'/pause-windows/{window_id}'>;

const onWindow = (windowId: string) => ({ params: { path: { window_id: windowId } } });

export const createWindow = (body: WindowBody) => bodyOf(api.POST('/pause-windows', { body }));

export const changeWindow = (windowId: string, body: WindowPatch) =>
  bodyOf(api.PATCH('/pause-windows/{window_id}', { ...onWindow(windowId), body }));

export const deleteWindow = (windowId: string) =>
  bodyOf(api.DELETE('/pause-windows/{window_id}', onWindow(windowId)));

/** Lets a worker bring what it has to a boundary and end; another takes its place. */
export const drainWorker = (workerId: string, body: PostBody<'/workers/{worker_id}/drain'>) =>
  bodyOf(api.POST('/workers/{worker_id}/drain', { params: { path: { worker_id: workerId } }, body }));
