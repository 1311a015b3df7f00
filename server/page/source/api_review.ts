// Requests of the pages Review, Map and Measures.
import { type Added, type Answer, ask, askJson } from './api';
import type { Paged } from './fresh';

export interface Unknown {
  id: number;
  time: string;
  width: number;
  height: number;
  answer: Answer | null;  // null: it can't be encoded any more
}
export interface Doubtful {
  id: number;
  class: string;
  conflict: boolean;      // the same file is in another class
  other: string | null;   // the class that the neighbours say
  own_share: number;
  other_share: number;
  sure: boolean;
  same_file: number[];
  neighbors: { id: number; class: string; similarity: number }[];
}
export interface DoubtfulPage extends Paged {
  items: Doubtful[];
  total: number;
  judged: number;
  kept: number;
  small_classes: { class: string; items: number }[];
}
export interface DuplicateGroup {
  conflict: boolean;
  same: 'file' | 'pixels' | 'near';
  items: { id: number; class: string; source: string; same: 'file' | 'pixels' | 'near'; similarity: number; look?: number }[];
}
export interface DuplicatePage extends Paged {
  groups: DuplicateGroup[];
  total: number;
  items: number;
  conflicts: number;
  look_threshold: number | null;
  vector_threshold: number | null;
}
export interface Confusion {
  items: number;
  of: number;
  accuracy: number;
  balanced_accuracy: number;
  classes: { class: string; items: number; right: number }[];
  confusions: { class: string; predicted: string; items: number }[];
  calibration_error: number;
  reliability: { confidence: number; accuracy: number; items: number }[];
  unknown: { alpha: number; rejected: number } | null;
}
export interface Job {
  id: number | string;
  kind: string;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number | null;
  started: string;
  ended: string | null;
  result: Record<string, unknown> | null;
  error: string | null;
}

export const unknownImage = (id: number) => `/v1/unknowns/${id}/image`;
export const unknownsAfter = (after: number, limit: number) =>
  askJson<{ unknowns: Unknown[]; total: number } & Paged>(`/v1/unknowns?after=${after}&limit=${limit}`);
export const nameUnknown = (id: number, name: string) =>
  askJson<Added>(`/v1/unknowns/${id}/name`, { method: 'POST', json: { class: name } });
export const deleteUnknowns = (ids: number[]) => ask('/v1/unknowns/delete', { method: 'POST', json: { ids } });

export const doubtfulAfter = (after: number, limit: number) =>
  askJson<DoubtfulPage>(`/v1/review?after=${after}&limit=${limit}`);
export const keepLabels = (ids: number[]) => ask('/v1/review/keep', { method: 'POST', json: { ids } });
// What keepLabels noted (kKeptField in include/simdb/review.h).
export const doubtLabel = (id: number) => ask('/v1/items/' + id, { method: 'PATCH', json: { unset: ['simdb.kept'] } });
export const duplicatesAfter = (after: number, limit: number) =>
  askJson<DuplicatePage>(`/v1/duplicates?after=${after}&limit=${limit}`);
export const confusion = (signal?: AbortSignal) => askJson<Confusion>('/v1/confusion', { signal });

export const jobs = async () => (await askJson<{ jobs: Job[] }>('/v1/jobs')).jobs;
export const startJob = (kind: string) => askJson<Job>('/v1/jobs', { method: 'POST', json: { kind } });
export const stopJob = (id: Job['id']) => askJson<Job>('/v1/jobs/' + id, { method: 'DELETE' });
