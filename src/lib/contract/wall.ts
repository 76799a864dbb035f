import { z } from 'zod';
import { WindowName } from './windows.ts';
import { Text } from './words.ts';

export const SCENE_KINDS = ['board', 'team-race', 'queue-health', 'recognition'] as const;
export type SceneKind = (typeof SCENE_KINDS)[number];
export const SCENE_SECONDS = { least: 8, most: 300 } as const;
export const MOST_SCENES = 12;

const seconds = z.int().min(SCENE_SECONDS.least).max(SCENE_SECONDS.most);
const window = WindowName.exclude(['custom']);

/** One scene of a rotation, as it is chosen. */
export const StoredScene = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('board'),
    board: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be the id of a board'),
    window: window.default('day'),
    seconds,
  }),
  z.strictObject({ kind: z.literal('team-race'), by: z.enum(['score', 'points']).default('score'), seconds }),
  z.strictObject({ kind: z.literal('queue-health'), seconds }),
  z.strictObject({ kind: z.literal('recognition'), seconds }),
]);
export const StoredScenes = z.array(StoredScene).min(1).max(MOST_SCENES);
export type StoredScene = z.infer<typeof StoredScene>;

export const DeviceScope = z
  .string()
  .regex(/^(org|(site|team):[A-Za-z0-9._-]{1,64})$/, 'must be org, site:ID or team:ID');
export const DeviceWish = z.object({ name: Text(100), scope: DeviceScope.default('org') });
export const DeviceChange = z.object({ name: Text(100).optional(), scope: DeviceScope.optional() });
export const PairingApproval = DeviceWish.extend({ scenes: StoredScenes.optional() });

/** A screen as the office lists it. `yours`: whether its scope is within what the reader may see, so that they may change it. */
export type Device = {
  id: string;
  name: string;
  scope: string;
  createdAt: string;
  revokedAt: string | null;
  lastSeenAt: string | null;
  yours: boolean;
};

/** What a screen gets when it asks to be let in: the code is for people, the secret for its own question what became of it. */
export type PairingAsked = { code: string; secret: string; expiresAt: string };
export type PairingState =
  | { state: 'waiting'; expiresAt: string }
  | { state: 'paired'; token: string; device: { id: string; name: string; scope: string } };

export type WallRow = {
  subject: string;
  rank: number;
  name: string;
  team: string | null;
  value: number | null;
  /** Places gained since the window before; a loss is told to nobody. */
  up: number;
};
/** The upper part of a board, never its end. */
export type WallBoard = {
  name: string;
  measure: string;
  unit: string;
  better: 'higher' | 'lower' | 'range';
  window: { name: string; from: string; to: string };
  entries: WallRow[];
};
export type RaceLane = { subject: string; name: string; value: number | null; people: number };
export type WallRace = {
  by: 'score' | 'points';
  goal: number | null;
  window: { name: string; from: string; to: string };
  lanes: RaceLane[];
};
/** What is known of a queue from contacts that are over: who is waiting this second is not. */
export type WallQueue = {
  id: string;
  name: string;
  offered: number;
  answered: number;
  abandoned: number;
  asa: number | null;
  level: number | null;
  target: number | null;
  status: 'below' | 'near' | 'met' | 'exceeded' | null;
  limitMs: number;
};
export type WallQueues = { from: string; queues: WallQueue[]; more: number };
export type Earned = {
  id: string;
  at: string;
  person: string;
  team: string | null;
  badge: string;
  tier: 'bronze' | 'silver' | 'gold';
  name: string;
  words: string;
};
export type WallRecognition = { earned: Earned[]; total: number };

type Shown<Kind extends SceneKind, View> = { id: string; kind: Kind; seconds: number; view: View | null };
/** A scene with what it shows now; `view` is missing where what it showed is not there any more. */
export type WallScene =
  | Shown<'board', WallBoard>
  | Shown<'team-race', WallRace>
  | Shown<'queue-health', WallQueues>
  | Shown<'recognition', WallRecognition>;

/** What `GET /api/v1/wall` and the topic `wall:<device>` say: all scenes of the rotation, and whom to celebrate. */
export type WallView = {
  device: { id: string; name: string; scope: string; place: string; timeZone: string; currency: string };
  scenes: WallScene[];
  celebrations: Earned[];
  /** When the newest event of any source happened. */
  freshAt: string | null;
  position: string;
};
