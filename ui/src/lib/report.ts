/** A sample's report as text, to send to whoever can help. Holds what the page shows: no secrets. */
import type {
  AttemptDetail,
  Exchange,
  Problem,
  ShownHeader,
  Stage,
  VerifyReport,
} from '../bindings/engine';
import { bytes } from './format';
import { verify as t } from './i18n';

export function reportText(report: VerifyReport): string {
  const { request } = report.exchange;
  return exchangeText(
    `${report.headline}\n${report.summary}\n${report.at}`,
    report.problem,
    report.exchange,
    request.body,
  );
}

/** One attempt of a stream, in the same form; the events themselves are left out. */
export function attemptText({ attempt, problem, exchange }: AttemptDetail): string {
  return exchangeText(
    `${attempt.status ?? ''} ${attempt.reason}\n${attempt.at}`.trim(),
    problem,
    exchange,
    t.bodyLeftOut(bytes(exchange.request.body_bytes)),
  );
}

function exchangeText(
  head: string,
  problem: Problem | null,
  { request, response, stages }: Exchange,
  body: string,
): string {
  const parts = [
    head,
    stages.map(stageLine).join('\n'),
    problem && problemText(problem),
    message(`${request.method} ${request.url} ${request.http_version}`, request.headers, body),
    response
      ? message(
          `${response.http_version} ${response.status} ${response.status_text}`.trimEnd(),
          response.headers,
          response.body,
        )
      : t.noResponse,
  ];
  return parts.filter(Boolean).join('\n\n');
}

export function problemText(problem: Problem): string {
  const steps = problem.next_steps.map((step, at) => `${at + 1}. ${step}`);
  return [
    `${t.happened}: ${problem.summary}`,
    problem.cause && `${t.cause}: ${problem.cause}`,
    problem.detail && `${t.words}: ${problem.detail}`,
    steps.length > 0 && `${t.fix}:\n${steps.join('\n')}`,
    problem.code,
  ]
    .filter(Boolean)
    .join('\n');
}

function stageLine(stage: Stage): string {
  const name = t.stages[stage.kind];
  const note = stage.note || (stage.state === 'not_reached' ? t.stages.notReached : '');
  return `${stage.state === 'failed' ? '✕' : stage.state === 'done' ? '✓' : '·'} ${name}: ${note}`;
}

function message(first: string, headers: ShownHeader[], body: string): string {
  const lines = headers.map(
    ({ name, value, redacted }) => `${name}: ${value}${redacted ? `[${t.redacted}]` : ''}`,
  );
  return [first, ...lines].join('\n') + (body ? `\n\n${body}` : '');
}
