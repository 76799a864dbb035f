import type { z } from 'zod';

type Data = Record<string, unknown>;
type Holds = (value: unknown) => boolean;
type Field = { key: string; isRequired: boolean; fallback: unknown; holds: Holds };
type Def = {
  type: string;
  format?: string;
  pattern?: RegExp;
  entries?: Record<string, string>;
  innerType?: z.ZodType;
  defaultValue?: unknown;
  checks?: { _zod: { def: Check } }[];
};
type Check = { check: string; minimum: number; maximum: number; value: number; inclusive: boolean; fn?: Holds };

/**
 * Reads data of a shape by the shape's own rules, but only says yes: what is plainly right comes back as the shape gives
 * it (defaults filled in, unknown fields left out), and for anything else null, which the shape itself is to judge. It
 * costs a tenth, because most events are right and no places of mistakes need be kept.
 */
export function plainly(shape: z.ZodObject): (data: Data) => Data | null {
  // rules over several fields are the shape's alone
  if (defOf(shape).checks?.length) return () => null;
  const fields = Object.entries(shape.shape).map(([key, type]) => fieldOf(key, type as z.ZodType));
  return (data) => {
    const read: Data = {};
    for (const { key, isRequired, fallback, holds } of fields) {
      const value = data[key];
      if (value === undefined) {
        if (isRequired) return null;
        if (fallback !== undefined) read[key] = fallback;
      } else if (holds(value)) read[key] = value;
      else return null;
    }
    return read;
  };
}

const defOf = (type: z.ZodType): Def => type._zod.def as unknown as Def;

function fieldOf(key: string, type: z.ZodType): Field {
  const { type: kind, innerType, defaultValue } = defOf(type);
  if (kind === 'optional' && innerType) return { key, isRequired: false, fallback: undefined, holds: test(innerType) };
  const isWord = defaultValue === null || typeof defaultValue !== 'object';
  if (kind === 'default' && innerType && isWord)
    return { key, isRequired: false, fallback: defaultValue, holds: test(innerType) };
  return { key, isRequired: true, fallback: undefined, holds: test(type) };
}

/** Whether a value of this type is right; of a type that is not known here, never. */
function test(type: z.ZodType): Holds {
  const { type: kind, format, pattern, entries, checks = [] } = defOf(type);
  const further = checks.map(({ _zod }) => furtherOf(_zod.def));
  if (kind === 'boolean' && further.length === 0) return (value) => typeof value === 'boolean';
  if (kind === 'enum' && entries && further.length === 0) {
    const words = new Set<unknown>(Object.values(entries));
    return (value) => words.has(value);
  }
  if (kind === 'number' && format === 'safeint') return all([Number.isSafeInteger, ...further]);
  if (kind !== 'string') return never;
  if (format === undefined) return all([isText, ...further]);
  return format === 'datetime' && pattern ? all([isText, (value) => pattern.test(value as string), ...further]) : never;
}

const never: Holds = () => false;
const isText: Holds = (value) => typeof value === 'string';

const all =
  (tests: Holds[]): Holds =>
  (value) => {
    for (const holds of tests) if (!holds(value)) return false;
    return true;
  };

function furtherOf({ check, minimum, maximum, value: bound, inclusive, fn }: Check): Holds {
  if (check === 'min_length') return (value) => (value as string).length >= minimum;
  if (check === 'max_length') return (value) => (value as string).length <= maximum;
  if (check === 'greater_than') return (value) => (inclusive ? (value as number) >= bound : (value as number) > bound);
  if (check === 'less_than') return (value) => (inclusive ? (value as number) <= bound : (value as number) < bound);
  return check === 'custom' && fn ? fn : never;
}
