import type { Generated } from 'kysely';

export interface NoticeTables {
  notices: NoticesTable;
  notification_targets: NotificationTargetsTable;
  push_configs: PushConfigsTable;
}

export interface NoticesTable {
  seq: Generated<number>;
  kind: string;
  at: string;
  thread_id: string | null;
  run_id: string | null;
  assistant_id: string | null;
  state: string | null;
  subject_id: string | null;
  detail_json: string | null;
}

export interface NotificationTargetsTable {
  target_id: string;
  assistant_id: string | null;
  channel: string;
  address: string;
  events_json: string;
  created_by: string;
  created_at: string;
}

export interface PushConfigsTable {
  task_id: string;
  config_id: string;
  thread_id: string;
  url: string;
  token: string | null;
  authentication_json: string | null;
  protocol: string;
  created_at: string;
}
