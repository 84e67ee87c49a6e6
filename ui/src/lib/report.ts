/** A sample's report as text, to send to whoever can help. Holds what the page shows: no secrets. */
import type { Problem, ShownHeader, Stage, VerifyReport } from '../bindings/engine';
import { verify as t } from './i18n';

export function reportText(report: VerifyReport): string {
  const { request, response, stages } = report.exchange;
  const parts = [
    `${report.headline}\n${report.summary}\n${report.at}`,
    stages.map(stageLine).join('\n'),
    report.problem && problemText(report.problem),
    message(
      `${request.method} ${request.url} ${request.http_version}`,
      request.headers,
      request.body,
    ),
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
