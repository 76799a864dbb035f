import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';

/** A data folder for one house of a test; it goes when the servers go. */
export const dataFolder = (): string => mkdtempSync(path.join(inject('houses'), 'house-'));
