export const palette = {
  label: 'Search or run a command',
  placeholder: 'Stream, page or command',
  results: (n: number) => (n === 1 ? '1 result' : `${n} results`),
  none: (query: string) => `Nothing matches “${query}”.`,
  streams: 'Streams',
  pages: 'Pages',
  create: 'New',
  openStream: 'Open stream',
  goTo: 'Go to page',
  newStream: 'New stream',
  newStreamTo: (provider: string) => `New stream to ${provider}`,
  opensAtCredentials: 'Opens at credentials',
  connectSource: 'Connect source',
  shortcuts: 'All shortcuts',
  failedEvents: (count: string) => `${count} failed events`,
  move: 'move',
  run: 'run',
  close: 'close',
};

export const shortcuts = {
  title: 'Keyboard shortcuts',
  off: 'Letters alone are switched off in Settings.',
  groups: [
    {
      name: 'Anywhere',
      keys: [
        ['Ctrl K', 'Search or run a command'],
        ['Ctrl ,', 'Settings'],
        ['?', 'This list'],
        ['N', 'New stream, or new source on its page'],
        ['/', 'Search or filter'],
      ],
    },
    {
      name: 'Go to',
      keys: [
        ['G S', 'Streams'],
        ['G O', 'Sources'],
        ['G L', 'Live events'],
        ['G A', 'Activity'],
        ['G P', 'Practice receiver'],
      ],
    },
    {
      name: 'Lists',
      keys: [
        ['↑ ↓', 'Move, also J and K'],
        ['Enter', 'Open'],
        ['Space', 'Select'],
        ['Home End', 'First, last'],
      ],
    },
    {
      name: 'Sources',
      keys: [
        ['N', 'Connect a source'],
        ['I', 'Import a file'],
      ],
    },
    {
      name: 'Live events',
      keys: [
        ['P', 'Pause or go on'],
        ['Home', 'Back to the newest'],
      ],
    },
    {
      name: 'Selected stream',
      keys: [
        ['S', 'Send sample'],
        ['P', 'Pause or resume'],
        ['T', 'Try now'],
        ['E', 'Edit'],
        ['Shift R', 'Replay events'],
        ['Del', 'Delete, asks first'],
      ],
    },
    {
      name: 'Stream page',
      keys: [
        ['Alt ↑ ↓', 'Previous, next stream'],
        ['1 2 3', 'Deliveries, failed events, settings'],
        ['Esc', 'Back to all streams'],
      ],
    },
    {
      name: 'Wizard',
      keys: [
        ['Ctrl Enter', 'Continue'],
        ['Alt ←', 'Back'],
        ['Esc', 'Close, the draft is kept'],
        ['C', 'Custom provider'],
        ['R', 'Retry'],
      ],
    },
  ],
};

export const sampleDrawer = {
  title: (name: string) => `Send sample to ${name}`,
  text: 'One labelled log entry on the way that live events take',
};
