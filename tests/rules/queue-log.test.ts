import { describe, expect, it } from 'vitest';
import { newQueueLog, readLine } from '../../server/ingest/files/queue-log.ts';
import type { QueueLog } from '../../server/ingest/files/queue-log-state.ts';
import { readEvent } from '../../server/ingest/rules.ts';

const context = { source: 'pbx', zone: null };
const T = 1_699_286_000;
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().replace(/^\+(\d+)/, (_, s) => String(T + Number(s))));
function run(text: string, log: QueueLog = newQueueLog()) {
  const readings = lines(text).map((line) => readLine(log, line, context));
  const events = readings.flatMap((reading) => ('events' in reading ? reading.events : []));
  const door = { now: (T + 90_000) * 1000, epoch: 0, currency: 'EUR' };
  for (const event of events) expect(readEvent(event, 0, door)).toHaveProperty('event');
  const refusals = readings.flatMap((reading) => ('refusal' in reading ? [reading.refusal] : []));
  return {
    events,
    refusals,
    legs: events.filter((e) => e.type === 'interaction.ended'),
    states: events.filter((e) => e.type === 'agent.state'),
  };
}
const iso = (s: number) => new Date((T + s) * 1000).toISOString();

const CALL = `+0|a.1|sales|NONE|ENTERQUEUE||7145|1
  +2|a.1|sales|PJSIP/201|RINGNOANSWER|1500
  +6|a.1|sales|PJSIP/202|CONNECT|6|a.2|3
  +31|a.1|sales|PJSIP/202|COMPLETECALLER|6|25|1`;

describe('a call in the queue log', () => {
  it('is a missed attempt and a handled leg; ring is seconds here and milliseconds there', () => {
    const { legs } = run(CALL);
    expect(legs[0]).toMatchObject({
      id: 'a.1|sales|1|attempt|1',
      data: { outcome: 'missed', agent: 'PJSIP/201', ringMs: 1500, segment: 0 },
    });
    expect(legs[1]).toMatchObject({
      id: 'a.1|sales|1',
      source: 'pbx',
      time: iso(31),
      data: {
        interactionId: 'a.1',
        segment: 0,
        queue: 'sales',
        outcome: 'handled',
        agent: 'PJSIP/202',
        customer: '7145',
        waitMs: 6000,
        ringMs: 3000,
        talkMs: 25_000,
        offeredAt: iso(0),
        answeredAt: iso(6),
        endedAt: iso(31),
        transfer: 'none',
      },
    });
  });

  it.each([
    ['BLINDTRANSFER|205|default|6|25|1', 'blind'],
    ['TRANSFER|205|default|6|25|1', 'blind'],
    ['ATTENDEDTRANSFER|BRIDGE|77-88|6|25|1', 'consult'],
    ['ATTENDEDTRANSFER|LINK|PJSIP/1-0a|PJSIP/2-0b|6|25|1', 'consult'],
  ])('%s is handled and transferred', (end, transfer) => {
    const { legs } = run(CALL.replace('COMPLETECALLER|6|25|1', end));
    expect(legs[1]?.data).toMatchObject({ outcome: 'handled', transfer, waitMs: 6000, talkMs: 25_000 });
  });

  it.each([
    ['ABANDON|1|1|68', 'abandoned', 68_000],
    ['EXITWITHTIMEOUT|1|1|60', 'voicemail', 60_000],
    ['EXITWITHKEY|9|1|1|12', 'voicemail', 12_000],
    ['EXITEMPTY|1|1|30', 'voicemail', 30_000],
    ['FULL', 'voicemail', 0],
  ])('%s ends it without an agent', (end, outcome, waitMs) => {
    const { legs } = run(`+0|a.1|sales|NONE|ENTERQUEUE||7145|1\n+68|a.1|sales|NONE|${end}`);
    expect(legs).toHaveLength(1);
    expect(legs[0]?.data).toMatchObject({ outcome, waitMs, offeredAt: iso(0) });
    expect(legs[0]?.data).not.toHaveProperty('agent');
  });

  it('is no miss of the agent when the caller gave up while it rang', () => {
    expect(run('+0|a.1|sales|NONE|ENTERQUEUE||1|1\n+3|a.1|sales|PJSIP/1|RINGCANCELED|3000').events).toEqual([]);
  });

  it('is read where old versions say less and where the log begins later', () => {
    const { legs } = run(
      '+33|b.1|9000|Local/2004@from-internal/n|CONNECT|2|b.2\n+37|b.1|9000|Local/2004@from-internal/n|COMPLETECALLER|2|4|1',
    );
    expect(legs[0]?.data).toMatchObject({
      outcome: 'handled',
      waitMs: 2000,
      ringMs: 0,
      talkMs: 4000,
      offeredAt: iso(31),
    });
    const late = run('+37|b.1|9000|Local/2004@from-internal/n|COMPLETECALLER|2|4|1').legs[0];
    expect(late?.data).toMatchObject({ offeredAt: iso(31), answeredAt: iso(33) });
  });

  it('may pass several queues, and one queue twice', () => {
    const { legs } = run(`${CALL}\n+40|a.1|help|NONE|ENTERQUEUE||7145|1\n+50|a.1|help|NONE|ABANDON|1|1|10
      +60|a.1|sales|NONE|ENTERQUEUE||7145|1\n+70|a.1|sales|NONE|ABANDON|1|1|10`);
    expect(legs.map((e) => [e.id, e.data.segment])).toEqual([
      ['a.1|sales|1|attempt|1', 0],
      ['a.1|sales|1', 0],
      ['a.1|help|1', 1],
      ['a.1|sales|2', 2],
    ]);
  });

  it('that a restart or a second entry cut off says nothing', () => {
    const { legs } = run(
      '+0|a.1|s|NONE|ENTERQUEUE||1|1\n+9|NONE|NONE|NONE|QUEUESTART|\n+10|a.1|s|NONE|ENTERQUEUE||1|1\n+12|a.1|s|NONE|ENTERQUEUE||1|1\n+15|a.1|s|NONE|ABANDON|1|1|3',
    );
    expect(legs.map((e) => [e.id, e.data.offeredAt])).toEqual([['a.1|s|3', iso(12)]]);
  });

  it('goes on from a kept state exactly as without a break', () => {
    const all = lines(CALL);
    for (let cut = 0; cut <= all.length; cut++) {
      const log = newQueueLog();
      const first = run(all.slice(0, cut).join('\n') || '+0|NONE|NONE|NONE|CONFIGRELOAD|', log).events;
      const second = run(
        all.slice(cut).join('\n') || '+99|NONE|NONE|NONE|CONFIGRELOAD|',
        JSON.parse(JSON.stringify(log)),
      ).events;
      expect([...first, ...second]).toEqual(run(CALL).events);
    }
  });

  it.each([
    ['garbage', 'fewer than five'],
    ['', 'fewer than five'],
    ['+0|a.1|s', 'fewer than five'],
    ['soon|a.1|s|NONE|ABANDON|1|1|3', 'no time'],
    ['2026-01-02 10:00:00.123456|a.1|s|NONE|ABANDON|1|1|3', '--zone'],
    ['+0|MANAGER|s|NONE|ABANDON|1|1|3', 'without a call id'],
    ['+0|a.1|s|NONE|ABANDON|1|1', 'ABANDON'],
    ['+0|a.1|s|NONE|ABANDON|1|1|-3', 'ABANDON'],
    ['+0|a.1|s|X|COMPLETEAGENT|x|y|1', 'COMPLETEAGENT'],
    ['+0|a.1|s|NONE|RINGNOANSWER|1000', 'without an agent'],
    ['# comment|a|b|c|d', 'no event'],
  ])('%j is refused', (line, reason) => {
    const { events, refusals } = run(line);
    expect(events).toEqual([]);
    expect(refusals).toEqual([expect.stringContaining(reason)]);
  });

  it('has local times in the realtime table', () => {
    const reading = readLine(newQueueLog(), '2026-01-02 10:00:03.5|a.1|s|NONE|ABANDON|1|1|3', {
      source: 'pbx',
      zone: 'Europe/Berlin',
    });
    expect(reading).toMatchObject({ events: [{ time: '2026-01-02T09:00:03.500Z' }] });
  });

  it('may carry hostile names', () => {
    const { legs } = run('+0|__proto__|constructor|NONE|ENTERQUEUE||1|1\n+3|__proto__|constructor|NONE|ABANDON|1|1|3');
    expect(legs[0]?.id).toBe('__proto__|constructor|1');
  });
});

describe('the state of an agent in the queue log', () => {
  const told = (text: string) => run(text).states.map((e) => [e.time, e.data.state, e.data.reason].filter(Boolean));

  it('is one log-in over several queues', () => {
    expect(
      told(`+0|CLI|a|P/1|ADDMEMBER|\n+0|CLI|b|P/1|ADDMEMBER|\n+9|CLI|a|P/1|REMOVEMEMBER|\n+10|CLI|b|P/1|REMOVEMEMBER|`),
    ).toEqual([
      [iso(0), 'available'],
      [iso(10), 'offline'],
    ]);
  });
  it('is one pause where PAUSEALL is followed by one PAUSE per queue', () => {
    expect(
      told(`+0|CLI|a|P/1|ADDMEMBER|\n+0|CLI|b|P/1|ADDMEMBER|\n+5|NONE|NONE|P/1|PAUSEALL|lunch\n+5|NONE|a|P/1|PAUSE|lunch\n+5|NONE|b|P/1|PAUSE|lunch
      +8|NONE|NONE|P/1|UNPAUSEALL|\n+8|NONE|a|P/1|UNPAUSE|\n+8|NONE|b|P/1|UNPAUSE|`),
    ).toEqual([
      [iso(0), 'available'],
      [iso(5), 'pause', 'lunch'],
      [iso(8), 'available'],
    ]);
  });
  it('stays available while some queue is not paused', () => {
    expect(
      told(
        `+0|CLI|a|P/1|ADDMEMBER|\n+0|CLI|b|P/1|ADDMEMBER|\n+5|NONE|a|P/1|PAUSE|x\n+6|NONE|b|P/1|PAUSE|x\n+7|NONE|b|P/1|UNPAUSE|Auto-Unpause`,
      ),
    ).toEqual([
      [iso(0), 'available'],
      [iso(6), 'pause', 'x'],
      [iso(7), 'available'],
    ]);
  });
  it('is on contact during calls, and offline after one when the log-off came in between', () => {
    expect(
      told(
        `+0|x|NONE|Agent/1|AGENTLOGIN|chan\n+6|a.1|s|Agent/1|CONNECT|6|u|3\n+8|x|NONE|Agent/1|AGENTLOGOFF|chan|8\n+9|a.1|s|Agent/1|COMPLETEAGENT|6|3|1`,
      ),
    ).toEqual([
      [iso(0), 'available'],
      [iso(6), 'on_contact'],
      [iso(9), 'offline'],
    ]);
  });
  it('keeps the order of changes within one second, with ids of their own', () => {
    const { states } = run('+0|CLI|a|P/1|ADDMEMBER|\n+0|CLI|a|P/1|PAUSE|x\n+0|CLI|a|P/1|UNPAUSE|');
    expect(states.map((e) => Date.parse(String(e.time)) - T * 1000)).toEqual([0, 1, 2]);
    expect(new Set(states.map((e) => e.id)).size).toBe(3);
  });
  it('is not made up for agents whose log-in was never seen', () => {
    expect(run(CALL).states).toEqual([]);
  });
});
