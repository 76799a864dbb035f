import { describe, expect, it } from 'vitest';
import { isOutage } from '../../server/foundation/outage.ts';

const error = (message: string, more: object = {}) => Object.assign(new Error(message), more);

describe('a server that is away', () => {
  it.each([
    ['refuses', error('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' })],
    ['shuts down', error('terminating connection due to administrator command', { code: '57P01' })],
    ['is recovering', error('the database system is in recovery mode', { code: '57P03' })],
    ['has no seat', error('sorry, too many clients already', { code: '53300' })],
    ['has a full disk', error('could not extend file', { code: '53100' })],
    ['threw us out as idle', error('terminating connection', { code: '25P03' })],
    ['died under a query', error('Connection terminated unexpectedly')],
    ['died between two queries', error('Client has encountered a connection error and is not queryable')],
    ['gives no connection in time', error('timeout exceeded when trying to connect')],
    ['is Redis and away', error("Stream isn't writeable and enableOfflineQueue options is false")],
    ['is Redis and slow', error('Command timed out')],
    ['is wrapped', error('Failed query: select 1', { cause: error('x', { code: 'ECONNRESET' }) })],
  ])('is known by its words: it %s', (_, told) => expect(isOutage(told)).toBe(true));

  it.each([
    ['a row that is there already', error('duplicate key value', { code: '23505' })],
    ['a value that is none', error('invalid input syntax', { code: '22P02' })],
    ['a fault of ours', new TypeError('x is not a function')],
    ['words of somebody', error('the caller said: connection terminated')],
    ['nothing', undefined],
  ])('is not mixed up with %s', (_, told) => expect(isOutage(told)).toBe(false));
});
