// Long work that the server does when asked: what runs, what came of it.
import { useEffect, useState } from 'preact/hooks';
import { type Job, jobs, startJob, stopJob } from './api_review';
import { html } from './html';
import { jobNews, line } from './live';
import { number } from './names';
import { attempt } from './notices';

// The last job of each kind, as the server tells it.
function useJobs(): Map<string, Job> {
  const [list, setList] = useState<Map<string, Job>>(new Map());
  // An answer may come after the event that tells of the job's end.
  const put = (job: Job) => setList((before) => {
    const known = before.get(job.kind);
    return known?.id === job.id && known.state !== 'running' ? before : new Map(before).set(job.kind, job);
  });
  useEffect(() => {
    const load = () => {
      if (line.get() === 'live') jobs().then((all) => all.sort((a, b) => a.started.localeCompare(b.started)).forEach(put), () => {});
    };
    const hear = () => { if (jobNews.get()) put(jobNews.get()!); };
    load();
    const stops = [line.subscribe(load), jobNews.subscribe(hear)];
    return () => stops.forEach((stop) => stop());
  }, []);
  return list;
}

const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

// What is told of a job that has ended.
function Outcome({ job }: { job: Job }) {
  const when = job.ended === null ? '' : times.format(new Date(job.ended));
  if (job.state === 'cancelled') return html`<p class="quiet">Stopped, ${when}.</p>`;
  if (job.state === 'failed') return html`<p class="wrong" role="alert">Failed: ${job.error ?? 'no reason is known'}.</p>`;
  if (job.kind === 'verify' && job.result) {
    const { items, sound, problems } = job.result as { items?: number; sound?: boolean; problems?: unknown[] };
    if (sound === false) {
      return html`<p class="wrong" role="alert">Damage was found: ${String(problems?.[0] ?? '')}. “simdb verify” tells more.</p>`;
    }
    return html`<p class="quiet">${number(items ?? 0)} items are sound, ${when}.</p>`;
  }
  return html`<p class="quiet">Done, ${when}.</p>`;
}

interface Props {
  kind: string;
  title: string;
  text: unknown;
  action: string;
  job: Job | undefined;
  isBusy: boolean;  // with another job: the server does one at a time
}

function JobRow({ kind, title, text, action, job, isBusy }: Props) {
  const [asked, setAsked] = useState(false);
  const running = job?.state === 'running';
  const share = running && job.total ? Math.min(1, job.done / job.total) : null;
  const start = async () => {
    setAsked(true);
    await attempt(async () => {
      const started = await startJob(kind);
      if (jobNews.get()?.id !== started.id) jobNews.set(started);
    });
    setAsked(false);
  };
  return html`<div class="job panel" data-kind=${kind}>
    <div>
      <h3>${title}</h3>
      ${running ? html`<p role="status">${share === null ? `Running, ${number(job.done)} done` : `${Math.floor(share * 100)} %`}</p>
          <progress aria-label=${title} max="1" value=${share ?? undefined}></progress>`
        : html`<p>${text}</p>${job && html`<${Outcome} job=${job} />`}`}
    </div>
    ${running ? html`<button type="button" onClick=${() => void attempt(() => stopJob(job.id))}>Stop</button>`
      : html`<button type="button" disabled=${asked || isBusy} onClick=${() => void start()}>${action}</button>`}
  </div>`;
}

export function Jobs({ calibration }: { calibration: unknown }) {
  const list = useJobs();
  const running = [...list.values()].find((one) => one.state === 'running')?.kind;
  const row = (kind: string, title: string, text: unknown, action: string) => html`<${JobRow} key=${kind} kind=${kind} title=${title}
    text=${text} action=${action} job=${list.get(kind)} isBusy=${running !== undefined && running !== kind} />`;
  return html`<div class="jobs">
    ${row('calibrate', 'Calibration', calibration, 'Calibrate')}
    ${row('verify', 'Storage', 'Reads all that is stored and compares it with its checksums.', 'Verify')}
  </div>`;
}
