import multipart, { type Multipart, type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ImportHow } from '#contract/imports.ts';
import { LIMITS } from '#contract/limits.ts';
import { forbidden, invalid, tooLarge, unsupported } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { actorOf } from '#server/people/audit/commands.ts';
import { floorFor, orgOf } from '#server/people/door.ts';
import { defineThings, managePeople, sendEvents } from '#server/people/may.ts';
import { type Jobs, openJobs } from './import/jobs.ts';
import { shippedMappings } from './import/shipped.ts';
import { importUpload } from './import/upload.ts';

const MOST_HOW = 200_000;

/** The door for files: a form with a field `how` (JSON) and, after it, a field `file`. */
export async function importRoutes(app: FastifyInstance, ground: Ground): Promise<void> {
  const jobs = openJobs(ground);
  jobRoutes(app, jobs, ground);
  app.get('/api/v1/mappings', { config: { may: defineThings } }, async (request) => ({
    items: await shippedMappings(),
    next: null,
    position: String(await ground.log.position(orgOf(request))),
  }));
  await app.register(async (scope) => {
    await scope.register(multipart, {
      throwFileSizeLimit: false,
      limits: { files: 1, fields: 1, fieldSize: MOST_HOW, fileSize: LIMITS.bytesPerFile, parts: 2 },
    });
    scope.post('/api/v1/imports', { config: { may: sendEvents, patient: true } }, async (request, reply) => {
      if (!request.isMultipart()) throw unsupported('This door takes multipart/form-data.');
      if (Number(request.headers['content-length'] ?? 0) > LIMITS.bytesPerFile + MOST_HOW) throw TOO_LARGE();
      const { how, file, name, bytes } = await formOf(request);
      await refuseMaking(how, request, ground);
      const orgId = orgOf(request);
      if (how.detached) {
        const whole = wholeOnly(file, bytes);
        return reply.code(202).send(await jobs.begin({ orgId, by: actorOf(request.viewer), how, name, bytes: whole }));
      }
      const report = await importUpload({ ground, orgId }, { how, bytes });
      if (file.truncated) throw TOO_LARGE();
      return report;
    });
  });
}

/** Files that are read by themselves: how far they are, what came of them, and an end to them. */
function jobRoutes(app: FastifyInstance, jobs: Jobs, ground: Ground): void {
  const door = app.withTypeProvider<ZodTypeProvider>();
  const one = { config: { may: sendEvents }, schema: { params: z.object({ id: z.uuid() }) } };
  door.get('/api/v1/imports', { config: { may: sendEvents } }, async (request) => ({
    items: await jobs.list(orgOf(request)),
    next: null,
    position: String(await ground.log.position(orgOf(request))),
  }));
  door.get('/api/v1/imports/:id', one, (request) => jobs.one(orgOf(request), request.params.id));
  door.delete('/api/v1/imports/:id', one, async (request, reply) => {
    await jobs.stop(orgOf(request), request.params.id);
    return reply.code(204).send();
  });
  app.addHook('onClose', () => jobs.close());
}

/** Making people of agents is for whoever may change people. */
async function refuseMaking({ createPeople }: ImportHow, { viewer }: FastifyRequest, ground: Ground): Promise<void> {
  if (createPeople && !(await managePeople(viewer, {}, floorFor(ground, viewer))))
    throw forbidden('Making people of agents is for whoever may change people.');
}

/** A file that is too long breaks off, so that nothing of it is read. */
async function* wholeOnly(file: MultipartFile['file'], bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
  if (file.truncated) throw TOO_LARGE();
}

async function formOf(request: FastifyRequest) {
  let how: ImportHow | null = null;
  for await (const part of readable(request.parts())) {
    if (part.type === 'field') how = howOf(part);
    else if (part.fieldname !== 'file') throw invalid('invalid', 'The file comes in the field "file".');
    else if (!how) throw invalid('invalid', 'The field "how" comes before the file.');
    else return { how, file: part.file, name: part.filename ?? '', bytes: readable(part.file) };
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
