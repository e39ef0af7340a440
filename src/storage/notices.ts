import type { NewNotice, Notice } from '../model/notice.ts';
import type { NotificationTarget } from '../model/notification-target.ts';
import type { PushConfig } from '../model/push-config.ts';

/** What is to be told of outside and has not been made into messages yet. */
export interface NoticeStore {
  /** Writes it in the caller's transaction, if there is anybody to be told: a target, or a push config of the thread. */
  add(notice: NewNotice): Promise<void>;
  /** Oldest first. */
  waiting(limit: number): Promise<Notice[]>;
  /** Whether anybody is to be told of anything, or an event is to be passed on. */
  anyNews(): Promise<boolean>;
  /** Takes it off the list. False when somebody else did. */
  take(seq: number): Promise<boolean>;
}

/** Who is told of what. */
export interface TargetStore {
  insert(target: NotificationTarget): Promise<void>;
  get(targetId: string): Promise<NotificationTarget | undefined>;
  /** Oldest first. */
  list(query: { assistantId?: string | undefined; limit: number; offset: number }): Promise<{
    items: NotificationTarget[];
    total: number;
  }>;
  /** Those for everything and those for this assistant. */
  concerning(assistantId: string | null): Promise<NotificationTarget[]>;
  remove(targetId: string): Promise<boolean>;
}

/** Where A2A clients hear of their tasks. */
export interface PushConfigStore {
  /** In the place of the one of the same task and id. */
  put(config: PushConfig): Promise<void>;
  get(taskId: string, configId: string): Promise<PushConfig | undefined>;
  /** Oldest first. */
  ofTask(taskId: string): Promise<PushConfig[]>;
  ofThread(threadId: string): Promise<PushConfig[]>;
  remove(taskId: string, configId: string): Promise<boolean>;
}
