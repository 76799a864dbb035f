import type { ImportJob } from './contract/imports.ts';
import type { Problem } from './contract/problems.ts';
import { t } from './words.ts';

export type Uploaded = { job: ImportJob; problem: null } | { job: null; problem: Problem | null };

/**
 * Sends a form with a file and tells how much of it is on its way (0 to 1). Stopped by `signal` there is neither a job
 * nor a problem. Not `fetch`, which does not say how far it is.
 */
export function upload(form: FormData, sent: (share: number) => void, signal: AbortSignal): Promise<Uploaded> {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    call.upload.onprogress = ({ loaded, total }) => sent(total > 0 ? loaded / total : 0);
    call.onload = () => resolve(answerOf(call));
    call.onerror = () => resolve({ job: null, problem: problem('away', t('error.away'), 503) });
    call.onabort = () => resolve({ job: null, problem: null });
    signal.addEventListener('abort', () => call.abort(), { once: true });
    call.open('POST', '/api/v1/imports');
    call.send(form);
  });
}

function answerOf(call: XMLHttpRequest): Uploaded {
  try {
    const body = JSON.parse(call.responseText) as unknown;
    if (call.status === 202) return { job: body as ImportJob, problem: null };
    return { job: null, problem: { ...problem('failed', t('error.title'), call.status), ...(body as Problem) } };
  } catch {
    return { job: null, problem: problem('failed', t('error.title'), call.status) };
  }
}

const problem = (code: string, title: string, status: number): Problem => ({ code, title, detail: '', status });
