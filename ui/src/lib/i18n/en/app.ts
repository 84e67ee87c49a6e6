export const app = {
  name: 'Penstock',
  nav: {
    label: 'Main',
    streams: 'Streams',
    sources: 'Sources',
    events: 'Live events',
    activity: 'Activity',
    practice: 'Practice receiver',
    settings: 'Settings',
    needYou: (n: number) => (n === 1 ? '1 stream needs you' : `${n} streams need you`),
  },
  engine: {
    label: 'Delivery',
    delivering: 'Delivering',
    nothing: 'Nothing to deliver yet',
    paused: 'Every stream is paused',
    elsewhere: 'Another Penstock delivers',
    stopped: 'Not delivering',
    rate: (perMinute: string, waiting: string) => `${perMinute} events/min, ${waiting} waiting`,
    unlocked: 'Keychain unlocked',
    vault: (name: string) => `Secrets: ${name}`,
    vaultProblem: 'Keychain needs you',
  },
  finder: 'Search or run a command',
  skip: 'Skip to content',
  lost: {
    title: 'Penstock does not answer.',
    retry: 'Try again',
    trying: 'Trying…',
  },
  guest: {
    title: 'Another Penstock delivers.',
    text: (pid: number) =>
      `Process ${pid} has this data folder. What you change here it does; it takes over here when that one ends.`,
  },
  vault: {
    again: 'Check again',
  },
  stopped: {
    title: 'Nothing is delivered.',
    text: 'The delivery engine stopped. Events wait at their sources and in the journal.',
    restart: 'Restart',
  },
  store: {
    title: 'Penstock cannot open its data',
    folder: 'Data folder',
    safe: 'Nothing was changed. Your events and secrets are where they were.',
    retry: 'Retry',
    retrying: 'Opening…',
    copy: 'Copy path',
  },
  announce: {
    failing: (name: string) => `${name} is failing.`,
    attention: (name: string) => `${name} needs attention.`,
    recovered: (name: string) => `${name} delivers again.`,
    needYou: (n: number) => (n === 1 ? '1 stream needs you.' : `${n} streams need you.`),
  },
};
