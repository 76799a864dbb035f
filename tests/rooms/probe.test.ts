import { expect, it } from 'vitest';
import { newScoredFloor } from '../scored-floor.ts';
it('probe', async () => {
  const floor = await newScoredFloor();
  console.log(floor.doors.map(({ method, url }) => `${method} ${url}`).join('\n'));
  expect(floor.doors.length).toBeGreaterThan(50);
  await floor.close();
});
