import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BADGE_PAGE, badgePage } from '../badge-page.ts';

it('the reference of badges says what the list says', () => {
  expect(readFileSync(BADGE_PAGE, 'utf8')).toBe(badgePage());
  expect(badgePage().match(/^## `/gm)).toHaveLength(6);
});
