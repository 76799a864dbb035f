import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cookieOf,
  credentialsOf,
  hashOf,
  isForeign,
  SESSION_MS,
  slide,
  TRIES,
  TRY_MS,
  waitBeforeTry,
} from '../../server/people/accounts/rules.ts';

const now = Date.parse('2026-03-11T10:00:00Z');
const token = 'A'.repeat(43);

describe('a session slides', () => {
  it('is left alone while half of its time or more is left', () => {
    expect(slide(now + SESSION_MS, now)).toBe(now + SESSION_MS);
    expect(slide(now + SESSION_MS / 2, now)).toBe(now + SESSION_MS / 2);
  });
  it('is renewed for its whole time when less than half is left', () => {
    expect(slide(now + SESSION_MS / 2 - 1, now)).toBe(now + SESSION_MS);
    expect(slide(now + 1, now)).toBe(now + SESSION_MS);
  });
  it('has ended at its very instant', () => {
    expect(slide(now, now)).toBeNull();
    expect(slide(now - 1, now)).toBeNull();
  });
  it('never gets shorter and never reaches beyond thirty days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: SESSION_MS }), (left) => {
        const next = slide(now + left, now);
        return next !== null && next >= now + left && next <= now + SESSION_MS;
      }),
    );
  });
});

describe('tries', () => {
  it('lets ten through and tells how long to wait then', () => {
    expect(waitBeforeTry({ tries: TRIES, since: now }, now)).toBe(0);
    expect(waitBeforeTry({ tries: TRIES + 1, since: now }, now)).toBe(900);
    expect(waitBeforeTry({ tries: TRIES + 1, since: now - TRY_MS + 1 }, now)).toBe(1);
  });
});

describe('credentials', () => {
  it('takes the cookie of its scheme only', () => {
    const plain = { cookie: `a=b; floorlight=${token}` };
    expect(credentialsOf(plain, false)).toEqual({ kind: 'session', token });
    expect(credentialsOf(plain, true)).toBeNull();
    expect(credentialsOf({ cookie: `__Host-floorlight=${token}` }, true)).toEqual({ kind: 'session', token });
  });
  it('prefers the Authorization header, and never falls back from a broken one to the cookie', () => {
    const cookie = `floorlight=${token}`;
    expect(credentialsOf({ cookie, authorization: `Bearer fl_0a_${token}` }, false)).toEqual({
      kind: 'bearer',
      token: `fl_0a_${token}`,
    });
    expect(credentialsOf({ cookie, authorization: 'Basic abc' }, false)).toBeNull();
    expect(credentialsOf({ cookie, authorization: 'Bearer short' }, false)).toBeNull();
  });
  it('takes no token of another form', () => {
    for (const bad of ['', 'x', `${token}A`, `${token.slice(1)}=`, "' or 1=1 --"])
      expect(credentialsOf({ cookie: `floorlight=${bad}` }, false)).toBeNull();
  });
  it('says what is stored: a digest that does not contain the token', () => {
    expect(hashOf(token)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf(token)).not.toBe(hashOf(`${token} `));
  });
  it('makes cookies that scripts cannot read, bound to the host over https', () => {
    expect(cookieOf(token, false)).toBe(`floorlight=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000`);
    expect(cookieOf(token, true)).toMatch(/^__Host-floorlight=.*; Secure$/);
    expect(cookieOf('', true)).toContain('Max-Age=0');
  });
});

describe('origins', () => {
  const host = 'floor.example:3000';
  it.each([
    [{ host }, undefined, false],
    [{ host, origin: 'http://floor.example:3000' }, undefined, false],
    [{ host, origin: 'http://floor.example' }, undefined, true],
    [{ host, origin: 'https://evil.example' }, undefined, true],
    [{ host, origin: 'null' }, undefined, true],
    [{ host, origin: 'https://floor.example' }, 'https://floor.example', false],
    [{ host, origin: 'http://floor.example:3000' }, 'https://floor.example', true],
    [{ origin: 'http://x' }, undefined, true],
  ])('%o of %s is foreign: %s', (headers, own, foreign) => {
    expect(isForeign(headers, own)).toBe(foreign);
  });
});
