import { isRecord, type JsonObject } from './json.ts';
import type { CodeOrigin } from './pause.ts';

/** With what the attempt was run that stored a checkpoint: the checkpoint's metadata say it under this name. */
export const RAN_WITH = 'ran_with';

export interface RanWith {
  code: CodeOrigin;
  assistantVersion: number;
}

export const writeRanWith = ({ code, assistantVersion }: RanWith): JsonObject => ({
  code_sha256: code.sha256,
  state_version: code.stateVersion,
  assistant_version: assistantVersion,
});

/** Undefined where the metadata do not say it: of an edit, and of what an older version stored. */
export const readRanWith = (metadata: Record<string, unknown> | undefined): RanWith | undefined => {
  const said = metadata?.[RAN_WITH];
  if (!isRecord(said)) return undefined;
  const { code_sha256: sha256, state_version: stateVersion, assistant_version: assistantVersion } = said;
  if (typeof sha256 !== 'string' || typeof assistantVersion !== 'number') return undefined;
  return {
    code: { sha256, stateVersion: typeof stateVersion === 'string' ? stateVersion : null },
    assistantVersion,
  };
};
