import type { Session } from 'node:inspector';
import { askWhose, mainThreadSession, type WhoseCode } from './whose-code.ts';

/** What of its limit the heap has come to when it is watched, and when that is given up again. */
const NEAR = 0.5;
const FAR = 0.4;
/** How often the heap may grow beyond its limit, by a quarter of what is in use, because nobody could be named. */
const EXTENSIONS = 4;

/**
 * Stops the main thread when its heap reaches its limit, before V8 ends the process, and asks whose code asked for
 * more. That may be nobody, where V8 tidies up between two turns of the loop: then the heap may grow a little and it is
 * asked again. V8 stops only for a debugger, with which promises are slow: there is one only near the limit.
 */
export class HeapWatch {
  readonly #limit: number;
  readonly #onFull: (whose: WhoseCode) => void;
  #session: Session | undefined;
  #said = 0;
  #residentThen = 0;
  #extensions = 0;

  constructor({ limit, onFull }: { limit: number; onFull: (whose: WhoseCode) => void }) {
    this.#limit = limit;
    this.#onFull = onFull;
  }

  /** `used` is what the main thread last said of its heap: since then it has grown at most as the process has. */
  look(used: number): void {
    const resident = process.memoryUsage.rss();
    if (used !== this.#said) this.#residentThen = resident;
    this.#said = used;
    const share = (used + resident - this.#residentThen) / this.#limit;
    if (share > NEAR && !this.#session) this.#session = this.#watch();
    if (share < FAR) this.close();
  }

  close(): void {
    this.#session?.disconnect();
    this.#session = undefined;
  }

  #watch(): Session {
    const session = mainThreadSession();
    session.on('Debugger.paused', ({ params: { reason } }) => {
      if (reason === 'OOM') void this.#full(session);
      else session.post('Debugger.resume'); // a `debugger` statement
    });
    session.post('Debugger.enable');
    return session;
  }

  async #full(session: Session): Promise<void> {
    const whose = await askWhose(session);
    if (session !== this.#session) return; // there is room again
    if (whose.runId !== null || ++this.#extensions > EXTENSIONS) return this.#onFull(whose);
    // A debugger that comes anew stops it anew.
    session.post('Debugger.disable');
    session.post('Debugger.enable');
  }
}
