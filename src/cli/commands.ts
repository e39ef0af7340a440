import { approve } from './approve.ts';
import { cancel } from './cancel.ts';
import { copy } from './copy.ts';
import { backup } from './backup.ts';
import { dev } from './dev.ts';
import { edit } from './edit.ts';
import { effects } from './effects.ts';
import { follow } from './follow.ts';
import { inbox } from './inbox.ts';
import type { Command } from './kit/command.ts';
import { keys } from './keys.ts';
import { launch } from './launch.ts';
import { log } from './log.ts';
import { migrate } from './migrate.ts';
import { pause } from './pause.ts';
import { pauses } from './pauses.ts';
import { release } from './release.ts';
import { reject } from './reject.ts';
import { respond } from './respond.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { serve } from './serve.ts';
import { stop } from './stop.ts';
import { windows } from './windows.ts';
import { workers } from './workers.ts';
import { worker } from './worker.ts';

/** The commands, in the order in which somebody meets them. */
export const COMMANDS: readonly Command[] = [
  dev,
  serve,
  worker,
  launch,
  follow,
  inbox,
  approve,
  edit,
  reject,
  respond,
  pause,
  resume,
  pauses,
  cancel,
  stop,
  release,
  windows,
  workers,
  log,
  effects,
  keys,
  migrate,
  copy,
  backup,
  restore,
];
