import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '#server/foundation/metrics.ts';

const registers: [] = [];

export const sockets = new Gauge({ name: 'floorlight_sockets', help: 'Open sockets', registers });

export const liveTopics = new Gauge({
  name: 'floorlight_live_topics',
  help: 'Streams that somebody watches: a topic as one kind of viewer sees it',
  registers,
});

export const cuts = new Counter({
  name: 'floorlight_sockets_cut_total',
  help: 'Sockets that this side closed: slow (did not read), silent (answered no ping), flood, garbage, unfinished (was never let in), ended (session or key is over), changed (roles changed)',
  labelNames: ['reason'],
  registers,
});

export const turnedAway = new Counter({
  name: 'floorlight_socket_refusals_total',
  help: 'Handshakes and subscriptions that were refused, by code',
  labelNames: ['code'],
  registers,
});

export const liveMetrics: Metrics = [sockets, liveTopics, cuts, turnedAway];
