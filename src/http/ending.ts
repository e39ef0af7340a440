import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why an answer was broken off: its client has not left, and comes back for the rest. */
export const SERVER_ENDS = 'the server ends';

/** How often it is looked what is still to be answered. */
const LOOK_MS = 10;

/**
 * How a server ends: what it was asked it answers, as a client that hears nothing asks another server once more and has
 * it done twice. A stream is cut as soon as its head has said where the rest is to be had.
 */
export class Ending {
  readonly #open = new Set<ServerResponse>();
  readonly #streams = new WeakSet<ServerResponse>();
  readonly #waiting = new WeakMap<ServerResponse, () => void>();
  #begun = false;
  #cuts = false;

  /** Whether streams are cut. */
  get cuts(): boolean {
    return this.#cuts;
  }

  /** Knows from now on what this server is asked. */
  of(server: Server): void {
    server.prependListener('request', (_request, response: ServerResponse) => {
      this.#open.add(response);
      response.shouldKeepAlive &&= !this.#begun;
      response.once('close', () => this.#open.delete(response));
    });
  }

  /** This answer is written as it comes, and need not be complete. */
  stream(response: ServerResponse): void {
    this.#streams.add(response);
  }

  /** This answer waits for something, and can be given without it: it is told when the server ends. */
  wait(response: ServerResponse, answerNow: () => void): void {
    this.#waiting.set(response, answerNow);
    if (this.#cuts) answerNow();
  }

  /** No connection is made any more, and each that there is gets one more answer at most. */
  begin(server: Server): void {
    this.#begun = true;
    server.close();
    for (const response of this.#open) response.shouldKeepAlive = false;
  }

  /** Cuts the streams, has what waits answered, waits until all else is answered, for so long at most, and ends all connections. */
  async end(server: Server, withinMs: number): Promise<void> {
    this.#cuts = true;
    for (const response of this.#open) this.#waiting.get(response)?.();
    const deadline = performance.now() + withinMs;
    while (this.#open.size > 0 && performance.now() < deadline) {
      for (const response of this.#unfinishedStreams()) if (response.headersSent) response.destroy();
      await sleep(LOOK_MS);
    }
    for (const response of this.#unfinishedStreams()) response.flushHeaders();
    server.closeAllConnections();
  }

  #unfinishedStreams(): ServerResponse[] {
    return [...this.#open].filter((response) => this.#streams.has(response) && !response.writableEnded);
  }
}
