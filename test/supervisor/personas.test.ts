import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readPersonas } from '../../graphs/supervisor/personas.ts';

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'holdpoint-personas-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  onTestFinished(() => void vi.unstubAllEnvs());
  return path;
};

it('a persona is the same whatever ends the lines of its file', () => {
  const [unix, dos] = [folder(), folder()];
  const text = '---\nname: reader\ndescription: Reads\ntools: read_file\n---\nRead it.\nThen stop.\n';
  writeFileSync(join(unix, 'reader.md'), text);
  writeFileSync(join(dos, 'reader.md'), text.replaceAll('\n', '\r\n'));
  expect(readFileSync(join(dos, 'reader.md'), 'utf8')).toContain('\r\n');
  vi.stubEnv('HOLDPOINT_PERSONAS', unix);
  const [persona] = readPersonas();
  vi.stubEnv('HOLDPOINT_PERSONAS', dos);
  expect(readPersonas()).toEqual([persona]);
});
