import { expect, it } from 'vitest';
import { gather } from '../../server/foundation/gather.ts';

/** A reading that ends when it is told to. */
function readings() {
  const begun: { keys: string[]; end: () => void }[] = [];
  const read = async (keys: string[]) => {
    await new Promise<void>((end) => begun.push({ keys, end }));
    return (key: string) => {
      if (key === 'none') throw new Error('there is none');
      return `${key} by ${keys.join()}`;
    };
  };
  return { begun, read };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('the first asks alone, the others together, each question once, and nobody is answered by what began before', async () => {
  const { begun, read } = readings();
  const ask = gather(read);
  const first = ask('a');
  await turn();
  const others = [ask('b'), ask('c'), ask('b'), ask('a')];
  begun[0]?.end();
  expect(await first).toBe('a by a');
  await turn();
  begun[1]?.end();
  expect(await Promise.all(others)).toEqual(['b by b,c,a', 'c by b,c,a', 'b by b,c,a', 'a by b,c,a']);
  expect(begun.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c', 'a']]);
});

it('a question without an answer fails alone, a reading that fails fails all of its own and no other', async () => {
  const { begun, read } = readings();
  const ask = gather(read);
  const both = Promise.allSettled([ask('none'), ask('a')]);
  await turn();
  begun[0]?.end();
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  let fails = true;
  const again = gather(async () => {
    if (fails) throw new Error('no database');
    return () => 1;
  });
  await expect(Promise.all([again('a'), again('b')])).rejects.toThrow('no database');
  fails = false;
  expect(await again('a')).toBe(1);
});

it('a reading has a bound, the rest is read next', async () => {
  const sizes: number[] = [];
  const ask = gather(async (keys: number[]) => {
    sizes.push(keys.length);
    return (key) => key;
  }, 3);
  expect(await Promise.all([1, 2, 3, 4, 5, 6, 7].map(ask))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(sizes).toEqual([3, 3, 1]);
});
