import type { Queue, Site, Team } from '$lib/contract/people.ts';
import { t } from '$lib/words/office.ts';
import type { Part } from './Line.svelte';

type Named = { id: string; name: string };
type Values = Record<string, string>;

const ID: Part = { key: 'id', label: t('office.id'), value: '' };
const nameOf = (value: string): Part => ({ key: 'name', label: t('organisation.name'), value });
const siteOf = (value: string, options: Named[]): Part => ({
  key: 'site',
  label: t('organisation.site'),
  value,
  options,
});

/** The fields of a site, a team, a queue; without one, of a new one. */
export const siteParts = (site?: Site): Part[] => [
  ...(site ? [] : [ID]),
  nameOf(site?.name ?? ''),
  { key: 'timeZone', label: t('organisation.zone'), value: site?.timeZone ?? '' },
];
export const teamParts = (around: { sites: Site[]; leaders: Named[] }, team?: Team): Part[] => [
  ...(team ? [] : [ID]),
  nameOf(team?.name ?? ''),
  siteOf(team?.site ?? around.sites[0]?.id ?? '', around.sites),
  {
    key: 'supervisor',
    label: t('organisation.supervisor'),
    value: team?.supervisor ?? '',
    options: [{ id: '', name: t('organisation.nobody') }, ...around.leaders],
  },
];
export const queueParts = (sites: Site[], queue?: Queue): Part[] => [
  ...(queue ? [] : [ID]),
  nameOf(queue?.name ?? ''),
  siteOf(queue?.site ?? sites[0]?.id ?? '', sites),
  {
    key: 'serviceLevelMs',
    label: t('organisation.level'),
    value: seconds(queue?.serviceLevelMs ?? 20_000),
    number: true,
  },
  { key: 'shortMs', label: t('organisation.short'), value: seconds(queue?.shortMs ?? 10_000), number: true },
];

/** What is sent: a list of one. */
export const asSite = (values: Values, id = values.id) => [{ ...values, id }];
export const asTeam = (values: Values, id = values.id) => [{ ...values, id, supervisor: values.supervisor || null }];
export const asQueue = (values: Values, id = values.id) => [
  { ...values, id, serviceLevelMs: Number(values.serviceLevelMs) * 1000, shortMs: Number(values.shortMs) * 1000 },
];

const seconds = (ms: number) => String(ms / 1000);
