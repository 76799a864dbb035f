import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ImportHow } from '#contract/imports.ts';
import { LIMITS } from '#contract/limits.ts';
import { invalid, tooLarge, unsupported } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '#server/people/door.ts';
import { defineThings, sendEvents } from '#server/people/may.ts';
import { shippedMappings } from './import/shipped.ts';
import { importUpload } from './import/upload.ts';

const MOST_HOW = 200_000;

/** The door for files: a form with a field `how` (JSON) and, after it, a field `file`. */
export async function importRoutes(app: FastifyInstance, ground: Ground): Promise<void> {
  app.get('/api/v1/mappings', { config: { may: defineThings } }, async () => ({ items: await shippedMappings() }));
  await app.register(async (scope) => {
    await scope.register(multipart, {
      throwFileSizeLimit: false,
      limits: { files: 1, fields: 1, fieldSize: MOST_HOW, fileSize: LIMITS.bytesPerFile, parts: 2 },
    });
    scope.post('/api/v1/imports', { config: { may: sendEvents, patient: true } }, async (request) => {
      if (!request.isMultipart()) throw unsupported('This door takes multipart/form-data.');
      if (Number(request.headers['content-length'] ?? 0) > LIMITS.bytesPerFile + MOST_HOW) throw TOO_LARGE();
      const { how, file, bytes } = await formOf(request);
      const report = await importUpload({ ground, orgId: orgOf(request) }, { how, bytes });
      if (file.truncated) throw TOO_LARGE();
      return report;
    });
  });
}

async function formOf(request: FastifyRequest) {
  let how: ImportHow | null = null;
  for await (const part of readable(request.parts())) {
    if (part.type === 'field') how = howOf(part);
    else if (part.fieldname !== 'file') throw invalid('invalid', 'The file comes in the field "file".');
    else if (!how) throw invalid('invalid', 'The field "how" comes before the file.');
    else return { how, file: part.file, bytes: readable(part.file) };
  }
  throw invalid('invalid', 'The form has no field "file".');
}

/** A form that breaks off, or is none, is the sender's to put right. */
async function* readable<Part>(parts: AsyncIterable<Part>): AsyncGenerator<Part> {
  try {
    yield* parts;
  } catch (error) {
    throw invalid('unreadable', `The form cannot be read to its end: ${(error as Error).message.slice(0, 200)}`);
  }
}

function howOf(part: Extract<Multipart, { type: 'field' }>): ImportHow {
  if (part.fieldname !== 'how' || part.valueTruncated)
    throw invalid('invalid', 'The field "how" is missing or too long.');
  const read = ImportHow.safeParse(jsonOf(part.value));
  if (read.success) return read.data;
  const errors = read.error.issues.map(({ path, message }) => ({ path: `/how/${path.join('/')}`, message }));
  throw invalid('invalid', 'The field "how" does not have the documented shape.', errors);
}

function jsonOf(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    throw invalid('unreadable', 'The field "how" is not JSON.');
  }
}

const TOO_LARGE = () =>
  tooLarge(
    `A file has at most ${LIMITS.bytesPerFile} bytes. What lay before that may be in; send it in parts, nothing counts twice.`,
  );
