import type { SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { reviveState } from './state-revival.ts';
import { storableText } from './storable.ts';

export { assertStorable } from './storable.ts';

/** How a stored value was written: JSON text, or the bytes of a `Uint8Array` as they are. */
export type StoredType = 'json' | 'bytes';

/**
 * Writes and reads state in the format of LangGraph's `JsonPlusSerializer`: each reads what the other wrote.
 * Three differences: what could not be read back is refused while writing; what that one would lose is kept (the bytes
 * of a `Buffer`, NaN and the infinities); and both directions are synchronous, save for reading LangChain objects that
 * are not messages.
 */
export class StateSerializer implements SerializerProtocol {
  /**
   * `path` names the value in errors.
   * @throws UnstorableValueError naming the part that no checkpoint can hold.
   */
  dump(value: unknown, path = ''): [type: StoredType, data: Uint8Array] {
    if (value instanceof Uint8Array) return ['bytes', value];
    return ['json', Buffer.from(this.text(value, path))];
  }

  /** The JSON text of `value`, a `Uint8Array` too. */
  text(value: unknown, path = ''): string {
    return storableText(value, path);
  }

  /** The stored value, or a promise of it where it holds LangChain objects that are not messages. */
  load(type: string, data: Uint8Array | string): unknown {
    if (type === 'json') return reviveState(typeof data === 'string' ? data : decode(data));
    if (type === 'bytes')
      return typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    throw new Error(`unknown serialization type: ${type}`);
  }

  async dumpsTyped(value: unknown): Promise<[string, Uint8Array]> {
    return this.dump(value);
  }

  async loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    return this.load(type, data);
  }
}

const decode = (data: Uint8Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
