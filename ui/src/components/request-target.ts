/** What the first line of a request names, and the host it goes to. */
export function requestTarget(url: string): { path: string; host: string | null } {
  if (!URL.canParse(url)) return { path: url, host: null };
  // Read as it is shown: a URL would encode the … that stands for a secret.
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/#.*$/, '');
  return { path: path.startsWith('/') ? path : `/${path}`, host: new URL(url).host };
}
