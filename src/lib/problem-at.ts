import type { Problem } from './contract/problems.ts';

/** What a refusal says of one field (`name`, `price`), undefined where it says nothing of it. */
export const problemAt = (problem: Problem | null, field: string): string | undefined =>
  problem?.errors?.find(({ path }) => path === `/${field}` || path.endsWith(`/${field}`))?.message;

/** All that it says, where the fields stand too close together to say it at each. */
export const problemText = ({ errors = [], detail, title }: Problem): string =>
  [...new Set(errors.map(({ message }) => message))].join('; ') || detail || title;

/** What it says where no field is named. */
export const problemOfAll = (problem: Problem | null): string | null =>
  problem && !problem.errors?.length ? problem.detail || problem.title : null;
