/** One right body for a door, so that one part of it at a time can be made wrong. */
export const RIGHT_BODIES: [method: 'PUT' | 'POST', url: string, body: unknown][] = [
  ['PUT', '/api/v1/sites', [{ id: 'main', name: 'Main', timeZone: 'Europe/Lisbon' }]],
  ['PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main', supervisor: 'ben' }]],
  [
    'PUT',
    '/api/v1/queues',
    [{ id: 'service', name: 'Service', site: 'main', serviceLevelMs: 20_000, shortMs: 5_000, abandonShortMs: 5_000 }],
  ],
  [
    'PUT',
    '/api/v1/people',
    [
      {
        id: 'ana',
        name: 'Ana',
        email: 'ana@example.org',
        roles: ['agent'],
        team: 'red',
        startedOn: '2025-01-31',
        identities: [{ source: 'acd', agent: 'ana', from: '2026-01-01T00:00:00Z', to: null }],
      },
    ],
  ],
  ['POST', '/api/v1/people/ana/identities', { source: 'acd', agent: 'ana-2', from: '2026-01-01T00:00:00Z', to: null }],
  [
    'PUT',
    '/api/v1/kpis',
    [
      {
        id: 'fuzzed',
        name: 'Fuzzed',
        unit: 'ms',
        better: 'lower',
        kind: 'mean',
        value: 'talk_ms / handled',
        sample: 'handled',
        minSample: { day: 5, week: 20 },
        guards: [{ kpi: 'fcr', bound: 0.5 }],
        filter: { queues: ['service'], channels: ['voice'] },
        effectiveFrom: '2026-01-01T00:00:00Z',
      },
    ],
  ],
  [
    'PUT',
    '/api/v1/targets',
    [
      { kpi: 'aht', role: 'agent', floor: 400_000, target: 300_000, stretch: 200_000, rampDays: 30 },
      {
        kpi: 'aht',
        person: 'ana',
        floor: 400_000,
        target: 300_000,
        stretch: 200_000,
        effectiveFrom: '2026-01-01T00:00:00Z',
      },
      { kpi: 'occupancy', low: 0.7, high: 0.85, tolerance: 0.1 },
    ],
  ],
  [
    'PUT',
    '/api/v1/scorecards/agent',
    {
      kpis: [{ kpi: 'aht', weight: 3 }],
      gates: [{ kpi: 'aht', mark: 'floor' }],
      effectiveFrom: '2026-01-01T00:00:00Z',
    },
  ],
  [
    'PUT',
    '/api/v1/boards',
    [
      {
        id: 'fuzzed',
        measure: 'improved:aht',
        window: 'week',
        unit: 'person',
        scopes: ['org', 'team:red'],
        mode: 'full',
        n: 5,
      },
    ],
  ],
  [
    'PUT',
    '/api/v1/rewards',
    [{ id: 'mug', name: 'Mug', words: 'A mug.', icon: 'coffee', price: 50, stock: 3, visible: true }],
  ],
  ['PUT', '/api/v1/sources', [{ name: 'acd', backfill: 'silent' }]],
  ['PUT', '/api/v1/organisation', { name: 'Northwind', timeZone: 'Europe/Lisbon' }],
  ['POST', '/api/v1/keys', { name: 'acd', scopes: ['events:write', 'read'] }],
  ['POST', '/api/v1/devices', { name: 'Wall', scope: 'team:red' }],
  ['POST', '/api/v1/grants', { person: 'ana', reward: 'mug', reason: 'for a kind word' }],
  ['POST', '/api/v1/redemptions', { reward: 'mug', id: '0196fb9c-5b1c-7c2e-9d2a-0123456789ab' }],
  ['POST', '/api/v1/invitation/view', { token: 'a'.repeat(43) }],
  ['POST', '/api/v1/session', { email: 'ana@example.org', password: 'correct horse battery' }],
];
