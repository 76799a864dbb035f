import { expect, it, vi } from 'vitest';
import { sharing } from '../../server/wallboard/sharing.ts';

const of = (position: number, now: number, key = 'org') => ({ key, position, now });

it('fifty who ask for the same share one reading, and what is newer in the log is read again', async () => {
  const share = sharing<number>();
  let n = 0;
  const read = vi.fn(async () => ++n);
  const all = await Promise.all(Array.from({ length: 50 }, () => share(of(7, 1_000), read)));
  expect(new Set(all)).toEqual(new Set([1]));
  expect(await share(of(8, 1_100), read)).toBe(2);
  expect(await share(of(8, 1_200), read)).toBe(2);
  expect(read).toHaveBeenCalledTimes(2);
});

it('another scope or rotation is another reading, and time passes', async () => {
  const share = sharing<number>();
  let n = 0;
  const read = async () => ++n;
  expect(await share(of(7, 1_000), read)).toBe(1);
  expect(await share(of(7, 1_000, 'team:red'), read)).toBe(2);
  expect(await share(of(7, 2_000), read)).toBe(3);
});

it('a reading that failed is not kept', async () => {
  const share = sharing<number>();
  await expect(share(of(7, 1_000), () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await share(of(7, 1_000), async () => 5)).toBe(5);
});
