/** A request as a `curl` line, before anything was sent. Secrets are a placeholder. */
import type { ShownRequest } from '../../bindings/engine';

const PLACEHOLDER = '$PENSTOCK_TOKEN';

export function curlOf(request: ShownRequest): string {
  const parts = [`curl -X ${request.method} ${quoted(request.url)}`];
  for (const { name, value, redacted } of request.headers) {
    const lower = name.toLowerCase();
    // curl sets these itself; the body stands here uncompressed.
    if (lower === 'host' || lower === 'content-length' || lower === 'content-encoding') continue;
    parts.push(`-H ${redacted ? expanding(`${name}: ${value}`) : quoted(`${name}: ${value}`)}`);
  }
  if (request.body) parts.push(`--data-binary ${quoted(request.body)}`);
  return parts.join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** In double quotes, so that a shell puts the secret in. */
function expanding(text: string): string {
  return `"${text.replace(/["\\$`]/g, '\\$&')}${PLACEHOLDER}"`;
}
