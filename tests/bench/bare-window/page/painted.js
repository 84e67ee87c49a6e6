// The same mark that Penstock sets once its list was painted.
addEventListener('DOMContentLoaded', () =>
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('painted'))),
);
