import { query } from '$lib/api.ts';
import type { TargetItem } from '$lib/contract/definitions.ts';
import { ROLES } from '$lib/contract/words.ts';
import { named, t } from '$lib/words/office.ts';
import type { Named } from './+page.ts';

export const KINDS = ['organisation', 'role', 'site', 'team', 'queue', 'person'] as const;
export type Kind = (typeof KINDS)[number];
export type Subjects = Record<'team' | 'site' | 'queue' | 'person', Named[]>;

/** Whom a target is for. */
export function subjectOf(target: Partial<TargetItem>): { kind: Kind; id: string } {
  for (const kind of KINDS) {
    if (kind === 'organisation') continue;
    const id = target[kind];
    if (id !== undefined) return { kind, id };
  }
  return { kind: 'organisation', id: '' };
}

/** What may be chosen of a kind. */
export const choicesOf = (kind: Kind, subjects: Subjects): Named[] =>
  kind === 'organisation'
    ? []
    : kind === 'role'
      ? ROLES.map((id) => ({ id, name: named(`role.${id}`, id) }))
      : subjects[kind].map(({ id, name }) => ({ id, name: name ?? id }));

/** The same in words: "everyone", "agent, in the first 30 days", a team's name. */
export function whomText(target: Partial<TargetItem>, subjects: Subjects): string {
  const { kind, id } = subjectOf(target);
  const who =
    kind === 'organisation'
      ? t('kpis.passing.all')
      : (choicesOf(kind, subjects).find((one) => one.id === id)?.name ?? id);
  return target.rampDays ? t('kpis.passing.ramp', { who, n: target.rampDays }) : who;
}

/** Where the versions of a target are. */
export function versionsOf({
  kpi,
  rampDays,
  ...target
}: Pick<TargetItem, 'kpi' | 'rampDays'> & Partial<TargetItem>): string {
  const { kind, id } = subjectOf(target);
  const of = kind === 'organisation' ? {} : { [kind]: id };
  return `targets/versions?${query({ kpi, ...of, rampDays: rampDays ? String(rampDays) : null })}`;
}
